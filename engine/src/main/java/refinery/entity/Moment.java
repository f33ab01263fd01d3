package refinery.entity;

import java.time.Instant;

/**
 * What a decision may use besides the state and the command, as values: the entity's id, the time,
 * and a random number.
 *
 * @param entityId the id's text, also when the entity does not exist yet
 * @param jitter a random number, uniform in [0, 1)
 * @param sequenceNumber of the entity's last event
 */
public record Moment(String entityId, Instant now, double jitter, long sequenceNumber) {}
