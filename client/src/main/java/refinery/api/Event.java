package refinery.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * Something that happened.
 *
 * @param ordering its place in the journal, from which to go on
 * @param entity the id of the survey, batch, job or schedule that it happened to
 * @param event what happened; null in JSON if it was too large to send
 */
public record Event(
    long ordering, String entity, long sequenceNr, String type, Instant at, JsonNode event) {}
