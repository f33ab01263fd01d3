package refinery.pipeline;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The step {@code gtf-clean}: cleans the annotation {@code gtf} for the sequences of {@code
 * genome}, and writes {@code to}, {@code map} and, if asked for, {@code biotypes} (transcript, tab,
 * biotype). {@code exclude-biotypes} is a list with commas. Counts every lost transcript by its
 * reason, and refuses an annotation that loses more than the fraction {@code max-lost}.
 */
final class GtfClean implements Builtin {
  /**
   * The name of a fact: the number of transcripts that the index lacks though they were not
   * excluded.
   */
  static final String LOST = "transcripts_lost";

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
    GtfCleaner cleaner = new GtfCleaner(contigs, excluded, context.attempt());
    GtfCleaning result =
        cleaner.clean(context.path("gtf"), context.path("to"), context.path("map"));
    if (context.optional("biotypes").isPresent()) {
      cleaner.writeBiotypes(context.path("biotypes"));
    }
    if (result.transcripts() == 0) {
      throw StepFailure.permanent(
          "the annotation has no usable transcript; dropped lines: "
              + GtfCleaning.words(result.dropped()));
    }
    limit(context, result, contigs.size());
    record(context, result);
    context.checked(
        "%d genes, %d transcripts on %d sequences kept, %d of them with their lines rewritten;"
                .formatted(result.genes(), result.transcripts(), contigs.size(), result.rewritten())
            + " lost transcripts: %s; dropped lines: %s"
                .formatted(
                    GtfCleaning.words(result.lostTranscripts()),
                    GtfCleaning.words(result.dropped())));
  }

  private static void limit(StepContext context, GtfCleaning result, int sequences)
      throws StepFailure {
    double most = Double.parseDouble(context.text("max-lost"));
    if (!result.losesMoreThan(most)) {
      return;
    }
    String why =
        result.isMostlyOutside()
            ? "; %d sequences are there: the genome is cut short or of another release"
                .formatted(sequences)
            : "";
    throw StepFailure.permanent(
        ("%d of %d transcripts and %d of %d exon lines of the annotation are lost, more than the"
                + " part of %s that max_lost allows: %s (lines: %s)%s")
            .formatted(
                result.lost(),
                result.lost() + result.transcripts(),
                result.lostExonLines(),
                result.exonLines(),
                context.text("max-lost"),
                GtfCleaning.words(result.lostTranscripts()),
                GtfCleaning.words(result.dropped()),
                why));
  }

  private static void record(StepContext context, GtfCleaning result) {
    context.learned("genes", result.genes());
    context.learned("transcripts", result.transcripts());
    context.learned(LOST, result.lost());
    context.learned("transcripts_rewritten", result.rewritten());
    context.learned("exon_lines_lost", result.lostExonLines());
    result
        .lostTranscripts()
        .forEach((flaw, count) -> context.learned(LOST + "." + flaw.key(), count));
  }
}
