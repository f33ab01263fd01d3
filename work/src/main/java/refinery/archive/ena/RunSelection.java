package refinery.archive.ena;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import refinery.archive.Slug;

/**
 * Decides which runs are processed. The others are recorded with the reason. Pure.
 *
 * @param all takes runs of any kind
 * @param strategies, sources, platforms the values that are wanted, compared without case
 * @param organism slug of the only organism that is wanted; empty: any
 * @param maxRuns how many wanted runs are recorded at most
 */
record RunSelection(
    boolean all,
    Set<String> strategies,
    Set<String> sources,
    Set<String> platforms,
    Optional<String> organism,
    int maxRuns) {
  /** Platforms of short, accurate reads in FASTQ, as the quantifiers expect them. */
  private static final Set<String> SHORT_READ_PLATFORMS =
      Set.of("ILLUMINA", "BGISEQ", "DNBSEQ", "ION_TORRENT", "ELEMENT", "ULTIMA", "GENEMIND");

  /** True if the reads of this run's SRA archive can be used. Long reads and 10x BAM cannot. */
  static boolean hasShortReads(EnaRun run) {
    return SHORT_READ_PLATFORMS.contains(run.field("instrument_platform").toUpperCase(Locale.ROOT));
  }

  static RunSelection of(JsonNode select) {
    boolean all = select.path("include").asText("bulk_rna_seq").equals("all");
    return new RunSelection(
        all,
        words(select.path("library_strategy"), Set.of("RNA-SEQ")),
        words(select.path("library_source"), Set.of("TRANSCRIPTOMIC")),
        words(select.path("instrument_platform"), SHORT_READ_PLATFORMS),
        Optional.of(Slug.organism(select.path("organism").asText(""))).filter(s -> !s.isEmpty()),
        most(select.path("max_runs")));
  }

  /** The largest number of runs; none, or more than an int holds, is no limit. */
  private static int most(JsonNode runs) {
    return runs.isNumber()
        ? (int) Math.max(0, Math.min(runs.doubleValue(), Integer.MAX_VALUE))
        : Integer.MAX_VALUE;
  }

  /** The reason why this run is not processed; empty when it is. */
  Optional<String> skip(EnaRun run) {
    Optional<String> otherOrganism =
        organism
            .filter(wanted -> !wanted.equals(Slug.organism(run.field("scientific_name"))))
            .map(wanted -> "organism is " + stated(run, "scientific_name") + ", not " + wanted);
    if (otherOrganism.isPresent() || all) {
      return otherOrganism;
    }
    return unwanted(run, "library_strategy", strategies)
        .or(() -> unwanted(run, "library_source", sources))
        .or(() -> unwanted(run, "instrument_platform", platforms));
  }

  private static Optional<String> unwanted(EnaRun run, String field, Set<String> wanted) {
    String value = run.field(field);
    if (wanted.contains(value.toUpperCase(Locale.ROOT))) {
      return Optional.empty();
    }
    return Optional.of(
        "not selected: %s is %s, wanted is %s"
            .formatted(field, stated(run, field), String.join(" or ", new TreeSet<>(wanted))));
  }

  private static String stated(EnaRun run, String field) {
    return run.field(field).isEmpty() ? "not stated" : run.field(field);
  }

  private static Set<String> words(JsonNode node, Set<String> otherwise) {
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    Set<String> words = new LinkedHashSet<>();
    if (node.isArray()) {
      node.forEach(word -> words.add(word.asText().toUpperCase(Locale.ROOT)));
    } else {
      words.add(node.asText().toUpperCase(Locale.ROOT));
    }
    return words;
  }
}
