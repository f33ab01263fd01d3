package refinery.quality;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import refinery.protocol.Json;

/**
 * The quality of one run, as its file {@code quality.json} holds it: what was measured, by which
 * rules it was judged, and how. Measures that are unknown are null there. Says nothing of what the
 * archive calls the run: equal reads have equal files, and whoever reads one knows whose it is.
 */
public record RunQuality(
    String tool, String rules, String rulesSha256, Measures measures, Judgement judgement) {
  /** The name of the file, and the role of the artifact. */
  public static final String FILE = "quality.json";

  private static final int FORMAT = 1;

  public static RunQuality of(String tool, QualityRules rules, Measures measures) {
    return new RunQuality(tool, rules.name(), rules.sha256(), measures, rules.judge(measures));
  }

  /** The same run, judged by other rules. */
  public RunQuality judgedBy(QualityRules other) {
    return of(tool, other, measures);
  }

  /** The file's text; equal for equal runs. */
  public String text() {
    ObjectNode document = Json.MAPPER.createObjectNode();
    document.put("format", FORMAT);
    document.put("verdict", judgement.verdict().word());
    document.set("reasons", Json.MAPPER.valueToTree(judgement.reasons()));
    document.set("not_judged", Json.MAPPER.valueToTree(judgement.notJudged()));
    document.put("rules", rules);
    document.put("rules_sha256", rulesSha256);
    document.put("tool", tool);
    ObjectNode library = document.putObject("library_type");
    library.put("expected", measures.libraryExpected().orElse(null));
    library.put("observed", measures.libraryObserved().orElse(null));
    ObjectNode values = document.putObject("measures");
    for (Measure measure : Measure.values()) {
      ObjectNode value = values.putObject(measure.word());
      measures
          .value(measure)
          .ifPresentOrElse(
              known -> {
                if (measure.isCount()) {
                  value.put("value", Math.round(known));
                } else {
                  value.put("value", known);
                }
              },
              () -> value.putNull("value"));
      value.put("unit", measure.unit());
    }
    try {
      return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write the quality of a run", e);
    }
  }

  /**
   * Reads a file's text.
   *
   * @throws IOException when it is not such a file
   */
  public static RunQuality read(String text) throws IOException {
    JsonNode document = Json.MAPPER.readTree(text);
    if (document.path("format").asInt() != FORMAT) {
      throw new IOException(FILE + " has no format " + FORMAT);
    }
    Measures.Builder measures = new Measures.Builder();
    for (Measure measure : Measure.values()) {
      JsonNode value = document.path("measures").path(measure.word()).path("value");
      if (value.isNumber()) {
        measures.with(measure, value.asDouble());
      }
    }
    JsonNode library = document.path("library_type");
    measures.library(text(library, "expected"), text(library, "observed"));
    try {
      return new RunQuality(
          document.path("tool").asText(),
          document.path("rules").asText(),
          document.path("rules_sha256").asText(),
          measures.build(),
          Json.MAPPER.treeToValue(document, Judgement.class));
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new IOException(FILE + " is not as it was written: " + e.getMessage(), e);
    }
  }

  private static Optional<String> text(JsonNode node, String field) {
    return node.path(field).isTextual() ? Optional.of(node.path(field).asText()) : Optional.empty();
  }
}
