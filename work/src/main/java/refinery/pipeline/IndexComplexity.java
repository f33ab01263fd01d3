package refinery.pipeline;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.pipeline.TranscriptRules.Reason;
import refinery.protocol.Json;

/**
 * The step {@code index-complexity}: writes {@code report}, which says how complex kallisto's
 * {@code index} is (from {@code inspect}) and why, and, if fewer transcripts were indexed in {@code
 * filtered-index} ({@code filtered-inspect}), the same of that one, which then takes the other's
 * place. The limits are {@code largest-class} and {@code membership}.
 */
final class IndexComplexity implements Builtin {
  /** The name of a fact: the number of transcripts in kallisto's index. */
  static final String TRANSCRIPTS = "kallisto_transcripts";

  /**
   * @param largestClass transcripts in the largest equivalence class
   * @param membership sum of size x count over all classes; the newer kallisto does not tell it
   */
  record Limits(@JsonProperty("largest_class") long largestClass, long membership) {
    static Limits of(StepContext context) throws StepFailure {
      return new Limits(
          Long.parseLong(context.text("largest-class")),
          Long.parseLong(context.text("membership")));
    }

    /** What exceeds which limit, in words; empty when nothing does. */
    List<String> exceededBy(KallistoInspect index) {
      List<String> words = new ArrayList<>();
      above("the largest equivalence class has %d transcripts", index.largestClass(), largestClass)
          .ifPresent(words::add);
      above("the equivalence classes have %d members together", index.membership(), membership)
          .ifPresent(words::add);
      return words;
    }

    private static Optional<String> above(String words, OptionalLong found, long limit) {
      return found.isPresent() && found.getAsLong() > limit
          ? Optional.of((words + ", more than the limit of %d").formatted(found.getAsLong(), limit))
          : Optional.empty();
    }
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Limits limits = Limits.of(context);
    boolean rebuilt = Boolean.parseBoolean(context.facts().get(TranscriptsFilter.FILTERED));
    String all = context.facts().getOrDefault("transcripts", "");
    Path index = context.path("index");
    KallistoInspect before = KallistoIndexCheck.checked(context, context.path("inspect"), all);
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("limits", limits);
    report.put("exceeded", limits.exceededBy(before));
    report.put("index", measure(context, index, before, all));
    report.put("rebuilt", rebuilt);
    String transcripts = rebuilt ? context.facts().get(TranscriptsFilter.LEFT) : all;
    if (rebuilt) {
      Path filtered = context.path("filtered-index");
      KallistoInspect after =
          KallistoIndexCheck.checked(context, context.path("filtered-inspect"), transcripts);
      report.put("removed", removed(context));
      report.put("rebuilt_index", measure(context, filtered, after, transcripts));
      report.put("still_exceeded", limits.exceededBy(after));
      Files.move(filtered, index, StandardCopyOption.REPLACE_EXISTING);
      before.largestClass().ifPresent(size -> context.learned("kallisto_max_ec_before", size));
      before.membership().ifPresent(sum -> context.learned("kallisto_ec_membership_before", sum));
      KallistoIndexCheck.learn(context, after);
      limits.exceededBy(after).forEach(words -> context.checked("still, " + words));
    }
    context.learned(TRANSCRIPTS, transcripts);
    context.learned("kallisto_index_sha256", Pack.digest(index, context));
    try (OutputStream out = context.create("report")) {
      out.write(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(report));
    }
  }

  private static Map<String, Object> measure(
      StepContext context, Path index, KallistoInspect measured, String transcripts)
      throws IOException {
    Map<String, Object> measure = new LinkedHashMap<>();
    measure.put("sha256", Pack.digest(index, context));
    measure.put("bytes", Files.size(index));
    measure.put("transcripts", transcripts.isEmpty() ? null : Long.valueOf(transcripts));
    measure.put("largest_class", number(measured.largestClass()));
    measure.put("membership", number(measured.membership()));
    return measure;
  }

  private static Long number(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }

  private static Map<String, Long> removed(StepContext context) {
    Map<String, Long> removed = new LinkedHashMap<>();
    for (Reason reason : Reason.values()) {
      String count = context.facts().getOrDefault(TranscriptsFilter.REMOVED + reason.key(), "0");
      removed.put(reason.key(), Long.valueOf(count));
    }
    return removed;
  }
}
