package refinery.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Set;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.Work;

/**
 * What a pipeline's resource expressions may name. Each is 0 while it is unknown. What the download
 * has counted goes before what the archive states, which is taken only if it is a plain number.
 *
 * @param input bytes of the raw files, or of a set's outputs
 * @param index bytes of the unpacked references; known only when an attempt has them
 * @param readCount reads; a pair counts once
 * @param baseCount bases of all files together
 * @param readLength mean bases of one read, not of a pair
 * @param trimmed 1 if the job asks that reads are trimmed, by the parameter {@code trim}; else 0
 */
record InputSizes(
    long input, long index, double readCount, double baseCount, double readLength, double trimmed) {
  /** Their names in expressions. */
  static final Set<String> NAMES =
      Set.of("input", "index", "read_count", "base_count", "read_length", "trimmed");

  static InputSizes of(Work.Process work) {
    InputSizes sizes = of(work.inputBytes(), work.inputs(), work.said());
    boolean trims = !work.parameters().getOrDefault("trim", "none").equals("none");
    return new InputSizes(
        sizes.input,
        sizes.index,
        sizes.readCount,
        sizes.baseCount,
        sizes.readLength,
        trims ? 1 : 0);
  }

  /**
   * @param raw files that are there; empty: before the download
   * @param said what the archive states; untrusted
   */
  static InputSizes of(long input, List<RawFile> raw, Map<String, String> said) {
    boolean paired =
        raw.isEmpty()
            ? said.getOrDefault("library_layout", "").strip().equalsIgnoreCase("PAIRED")
            : raw.stream().anyMatch(file -> file.role().equals("reads_1"));
    List<RawFile> files =
        raw.stream()
            .filter(file -> file.role().startsWith("reads"))
            .filter(file -> file.reads().isPresent() && file.bases().isPresent())
            .toList();
    boolean counted = files.size() == (paired ? 2 : 1);
    double all = counted ? files.stream().mapToLong(file -> file.reads().getAsLong()).sum() : 0;
    double bases =
        counted
            ? files.stream().mapToLong(file -> file.bases().getAsLong()).sum()
            : stated(said, "base_count");
    double reads = counted ? all / files.size() : stated(said, "read_count");
    return new InputSizes(input, 0, reads, bases, length(said, paired, all, reads, bases), 0);
  }

  private static double length(
      Map<String, String> said, boolean paired, double all, double reads, double bases) {
    if (all > 0) {
      return bases / all;
    }
    double stated = Math.max(stated(said, "mean_read_length"), stated(said, "average_read_length"));
    return stated > 0 || reads == 0 ? stated : bases / reads / (paired ? 2 : 1);
  }

  private static double stated(Map<String, String> said, String name) {
    String text = said.getOrDefault(name, "").strip();
    return text.matches("\\d{1,18}(\\.\\d{1,20})?") ? Double.parseDouble(text) : 0;
  }

  InputSizes withIndex(long bytes) {
    return new InputSizes(input, bytes, readCount, baseCount, readLength, trimmed);
  }

  Map<String, Double> values() {
    return Map.of(
        "input", (double) input,
        "index", (double) index,
        "read_count", readCount,
        "base_count", baseCount,
        "read_length", readLength,
        "trimmed", trimmed);
  }
}
