package refinery.entity;

import java.time.Instant;

/**
 * What the actor knows when a command comes: who it is, time and chance, as values.
 *
 * @param entityId the id's text, also of an entity that does not exist
 * @param jitter uniform in [0, 1)
 * @param sequenceNumber of the entity's last event
 */
public record Moment(String entityId, Instant now, double jitter, long sequenceNumber) {}
