package refinery.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The built-in steps, by the names that pipeline files use. */
final class Builtins {
  private static final Map<String, Builtin> ALL =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("concatenate", new Concatenate()),
              Map.entry("dataset", new DatasetStep()),
              Map.entry("fastp-check", new FastpCheck()),
              Map.entry("fastqc-summary", new FastqcSummary()),
              Map.entry("gunzip", new Gunzip()),
              Map.entry("gtf-clean", new GtfClean()),
              Map.entry("transcripts-check", new TranscriptsCheck()),
              Map.entry("salmon-index-check", new SalmonIndexCheck()),
              Map.entry("kallisto-index-check", new KallistoIndexCheck()),
              Map.entry("transcripts-filter", new TranscriptsFilter()),
              Map.entry("index-complexity", new IndexComplexity()),
              Map.entry("pack", new Pack()),
              Map.entry("unpack", new Unpack()),
              Map.entry("first-reads", new FirstReads()),
              Map.entry("early-stop", new EarlyStop()),
              Map.entry("read-length-check", new ReadLengthCheck()),
              Map.entry("salmon-check", new SalmonCheck()),
              Map.entry("kallisto-check", new KallistoCheck()),
              Map.entry("gene-table", new GeneTable()),
              Map.entry("quality", new QualityVerdict()),
              Map.entry("compendium", new CompendiumStep()),
              Map.entry("curation", new CurationStep()),
              Map.entry("summary-stats", new SummaryStats()),
              Map.entry("quality-report", new QualityReportStep())));

  private Builtins() {}

  static Optional<Builtin> find(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /** True if a step compares the counts of reads in every job. */
  static boolean countsReads(Pipeline.Step step) {
    return step.always()
        && step.action() instanceof Pipeline.Action.Builtin builtin
        && find(builtin.name()).filter(Builtin::countsReads).isPresent();
  }

  /** Why no step before this one can say whether it runs; empty when one does. */
  static Optional<String> undecided(Pipeline.Step step, List<Pipeline.Step> before) {
    Set<String> decided = new TreeSet<>();
    for (Pipeline.Step earlier : before) {
      if (earlier.action() instanceof Pipeline.Action.Builtin builtin) {
        find(builtin.name()).ifPresent(found -> decided.addAll(found.decides()));
      }
    }
    return step.onlyIf()
        .filter(fact -> !decided.contains(fact))
        .map(fact -> "no step before it decides '%s'; decided are %s".formatted(fact, decided));
  }

  /** True if the step reads the files of a set in permanent storage itself. */
  static boolean readsStorage(Pipeline.Action action) {
    return action instanceof Pipeline.Action.Builtin builtin
        && find(builtin.name()).filter(Builtin::readsStorage).isPresent();
  }

  static List<String> thatCountReads() {
    return ALL.keySet().stream().filter(name -> ALL.get(name).countsReads()).toList();
  }

  static List<String> names() {
    return List.copyOf(ALL.keySet());
  }
}
