package refinery.protocol.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.Json;
import refinery.protocol.job.PipelineFacts;

/**
 * The verdict on the quality of a run that is done. It flags the run and changes nothing else.
 *
 * @param verdict {@code pass}, {@code warn} or {@code fail}
 */
public record QualityView(String verdict, List<Reason> reasons) {
  private static final TypeReference<List<Reason>> REASONS = new TypeReference<>() {};

  public QualityView {
    reasons = List.copyOf(reasons);
  }

  /**
   * @param level {@code warn} or {@code fail}
   * @param value in {@code unit}
   * @param threshold in words, e.g. {@code below 40 %}
   * @param message all of it in words
   */
  public record Reason(
      String level, String measure, double value, String unit, String threshold, String message) {}

  /** What a pipeline found out; empty when it has judged nothing. */
  public static Optional<QualityView> of(Map<String, String> facts) {
    return Optional.ofNullable(facts.get(PipelineFacts.QUALITY))
        .map(verdict -> new QualityView(verdict, reasons(facts)));
  }

  private static List<Reason> reasons(Map<String, String> facts) {
    try {
      return Json.MAPPER.readValue(
          facts.getOrDefault(PipelineFacts.QUALITY_REASONS, "[]"), REASONS);
    } catch (JsonProcessingException e) {
      return List.of();
    }
  }
}
