package refinery.protocol.survey;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import refinery.protocol.Json;
import refinery.protocol.catalog.Catalog.Problem;

/**
 * The answer to a survey's plan: which of the planned batches are to be processed. Pure.
 *
 * @param none true: none of them
 * @param batches only these; empty: all
 * @param atMost so many of them, in the order of their ids, which is as good as at random and the
 *     same whenever it is asked; empty: no limit
 */
public record PlanAnswer(boolean none, Set<String> batches, OptionalLong atMost) {
  /** The id of the question that a plan asks. */
  public static final String QUESTION = "plan";

  /** More ids do not fit into one message. */
  private static final int MOST_IDS = 2_000;

  private static final Pattern ID = Pattern.compile("batch-[0-9a-z-]{1,64}");
  private static final String SCHEMA =
      """
      {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "properties": {
          "take": { "type": "string", "enum": ["all", "none"] },
          "at_most": { "type": "integer", "minimum": 0 },
          "batches": {
            "type": "array", "minItems": 1, "maxItems": 2000, "uniqueItems": true,
            "items": { "type": "string", "pattern": "^batch-[0-9a-z-]{1,64}$" }
          }
        }
      }
      """;

  public PlanAnswer {
    batches = Set.copyOf(batches);
  }

  /** Reads an answer that has no {@link #problems}. */
  public static PlanAnswer of(JsonNode input) {
    Set<String> ids = new LinkedHashSet<>();
    input.path("batches").forEach(id -> ids.add(id.asText()));
    return new PlanAnswer(
        input.path("take").asText("all").equals("none"),
        ids,
        input.has("at_most")
            ? OptionalLong.of(input.path("at_most").asLong())
            : OptionalLong.empty());
  }

  /**
   * All that is wrong with an answer.
   *
   * @return pointers into the answer, with the reason; empty if it can be used
   */
  public static List<Problem> problems(JsonNode input) {
    List<Problem> problems = new ArrayList<>();
    if (!input.isObject() || input.isEmpty()) {
      return List.of(new Problem("", "must be an object with take, at_most or batches"));
    }
    input
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!Set.of("take", "at_most", "batches").contains(name)) {
                problems.add(
                    new Problem(
                        "/" + name.replace("~", "~0").replace("/", "~1"),
                        "unknown; an answer takes take, at_most and batches"));
              }
            });
    if (input.has("take") && !Set.of("all", "none").contains(input.path("take").asText())) {
      problems.add(new Problem("/take", "must be all or none"));
    }
    JsonNode most = input.path("at_most");
    if (input.has("at_most")
        && !(most.isIntegralNumber() && most.canConvertToLong() && most.asLong() >= 0)) {
      problems.add(new Problem("/at_most", "must be a whole number, 0 or more"));
    }
    if (input.has("batches")) {
      problems.addAll(batchProblems(input.path("batches")));
    }
    return problems;
  }

  private static List<Problem> batchProblems(JsonNode batches) {
    if (!batches.isArray() || batches.isEmpty() || batches.size() > MOST_IDS) {
      return List.of(new Problem("/batches", "must be a list of 1 to %,d ids".formatted(MOST_IDS)));
    }
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < batches.size(); i++) {
      if (!batches.get(i).isTextual() || !ID.matcher(batches.get(i).asText()).matches()) {
        problems.add(new Problem("/batches/" + i, "is not the id of a batch"));
      }
    }
    return problems;
  }

  /** The question of a plan with so many batches. */
  public static Question question(long planned, Instant now) {
    try {
      return new Question(
          QUESTION,
          planned == 1
              ? "1 batch is planned: process it, or none?"
              : "%,d batches are planned: process all of them, some, or none?".formatted(planned),
          Json.MAPPER.readTree(SCHEMA),
          JsonNodeFactory.instance.objectNode().put("take", "all"),
          now);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the schema of a plan's answer is no JSON", e);
    }
  }
}
