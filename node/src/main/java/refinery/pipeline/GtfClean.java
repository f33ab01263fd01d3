package refinery.pipeline;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code genome}, {@code gtf}, {@code to}, {@code map}, {@code exclude-biotypes} (comma-separated),
 * {@code max-outside} (fraction): cleans the annotation and refuses a genome that it does not fit.
 */
final class GtfClean implements Builtin {
  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Map<String, Long> contigs = new HashMap<>();
    Fasta.scan(
        context.path("genome"),
        context.attempt(),
        (name, length) -> {
          if (contigs.putIfAbsent(name, length) != null) {
            throw StepFailure.permanent("the genome has two sequences named " + name);
          }
        });
    Set<String> excluded =
        Arrays.stream(context.optional("exclude-biotypes").orElse("").split(",", -1))
            .map(String::strip)
            .filter(word -> !word.isEmpty())
            .collect(Collectors.toSet());
    GtfCleaner.Result result =
        new GtfCleaner(contigs, excluded, context.attempt())
            .clean(context.path("gtf"), context.path("to"), context.path("map"));
    int all = result.transcripts() + result.outside();
    double allowed = Double.parseDouble(context.optional("max-outside").orElse("0.2"));
    if (result.outside() > allowed * all) {
      throw StepFailure.permanent(
          ("%d of %d transcripts of the annotation lie outside the genome's sequences (%d are"
                  + " there): the genome is cut short or of another release")
              .formatted(result.outside(), all, contigs.size()));
    }
    if (result.transcripts() == 0) {
      throw StepFailure.permanent(
          "the annotation has no usable transcript; dropped lines: " + reasons(result));
    }
    context.learned("genes", result.genes());
    context.learned("transcripts", result.transcripts());
    context.learned("transcripts_outside_genome", result.outside());
    context.checked(
        "%d genes, %d transcripts on %d sequences kept; dropped lines: %s"
            .formatted(result.genes(), result.transcripts(), contigs.size(), reasons(result)));
  }

  private static String reasons(GtfCleaner.Result result) {
    return result.dropped().isEmpty()
        ? "none"
        : result.dropped().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getValue() + " " + entry.getKey().words())
            .collect(Collectors.joining(", "));
  }
}
