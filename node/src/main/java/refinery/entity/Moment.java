package refinery.entity;

import java.time.Instant;

/**
 * Time and chance as values.
 *
 * @param jitter uniform in [0, 1)
 * @param sequenceNumber of the entity's last event
 */
public record Moment(Instant now, double jitter, long sequenceNumber) {}
