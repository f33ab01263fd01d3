package refinery.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The built-in steps by the name that pipeline files use. */
final class Builtins {
  private static final Map<String, Builtin> ALL =
      new TreeMap<>(
          Map.of(
              "gunzip", new Gunzip(),
              "gtf-clean", new GtfClean(),
              "transcripts-check", new TranscriptsCheck(),
              "salmon-index-check", new SalmonIndexCheck(),
              "kallisto-index-check", new KallistoIndexCheck(),
              "pack", new Pack(),
              "unpack", new Unpack(),
              "salmon-check", new SalmonCheck(),
              "kallisto-check", new KallistoCheck(),
              "gene-table", new GeneTable()));

  private Builtins() {}

  static Optional<Builtin> find(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /** Whether a step compares the counts of reads, whatever a job brings. */
  static boolean countsReads(Pipeline.Step step) {
    return step.when().isEmpty()
        && step.action() instanceof Pipeline.Action.Builtin builtin
        && find(builtin.name()).filter(Builtin::countsReads).isPresent();
  }

  static List<String> thatCountReads() {
    return ALL.keySet().stream().filter(name -> ALL.get(name).countsReads()).toList();
  }

  static List<String> names() {
    return List.copyOf(ALL.keySet());
  }
}
