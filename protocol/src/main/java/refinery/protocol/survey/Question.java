package refinery.protocol.survey;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * What a survey asks a person. It waits for the answer as long as it takes.
 *
 * @param id of the question, e.g. {@code plan}
 * @param prompt in words
 * @param schema JSON Schema of the answer
 * @param byDefault the answer that most people give; JSON: {@code default}
 */
public record Question(
    String id,
    String prompt,
    JsonNode schema,
    @com.fasterxml.jackson.annotation.JsonProperty("default") JsonNode byDefault,
    Instant askedAt) {}
