package refinery.transfer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.protocol.FailureClass;
import refinery.transfer.TransferException.BrokenTransfer;
import refinery.transfer.TransferException.CorruptTransfer;

/**
 * Decides from the files of a run, not from its metadata, what is a mate of what, and whether they
 * belong together. Pure.
 */
final class ReadSet {
  private static final Pattern NAME =
      Pattern.compile("(.+?)(?:_([0-9]))?\\.(?:fastq|fq)(?:\\.gz)?");

  private ReadSet() {}

  /** A FASTQ file that was read to its end. */
  record ReadFile(String name, String sha256, FastqCheck.Summary summary) {
    private Matcher parsed() {
      Matcher matcher = NAME.matcher(name);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("not a FASTQ name: " + name);
      }
      return matcher;
    }

    /** {@code 1} of {@code RUN_1.fastq.gz}; empty for {@code RUN.fastq.gz}. */
    Optional<String> mate() {
      return Optional.ofNullable(parsed().group(2));
    }

    String run() {
      return parsed().group(1);
    }
  }

  /**
   * @param roles of the files, by name
   * @param facts for the job's result
   * @param notes on what is unusual
   */
  record Layout(Map<String, String> roles, Map<String, String> facts, List<String> notes) {
    Layout {
      roles = Map.copyOf(roles);
      facts = Map.copyOf(facts);
      notes = List.copyOf(notes);
    }
  }

  /** Whether a file of this name is one of a run's read files. */
  static boolean isReads(String name) {
    return NAME.matcher(name).matches();
  }

  /** Spots that the metadata state, if they do. */
  static OptionalLong statedSpots(Map<String, String> metadata) {
    String text = metadata.getOrDefault("read_count", "").strip();
    return text.matches("[0-9]{1,18}") && Long.parseLong(text) > 0
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  static Layout decide(List<ReadFile> files, Map<String, String> metadata)
      throws TransferException {
    Optional<ReadFile> first = mate(files, "1");
    Optional<ReadFile> second = mate(files, "2");
    Layout layout;
    if (first.isPresent() && second.isPresent()) {
      layout = paired(first.get(), second.get(), files, metadata);
    } else if (files.size() == 1) {
      layout = single(files.getFirst(), metadata);
    } else {
      throw new BrokenTransfer(
          FailureClass.PERMANENT,
          "cannot tell mates among "
              + files.stream().map(ReadFile::name).sorted().toList()
              + "; expected one file, or RUN_1 and RUN_2");
    }
    return layout;
  }

  private static Optional<ReadFile> mate(List<ReadFile> files, String number) {
    return files.stream().filter(file -> file.mate().equals(Optional.of(number))).findFirst();
  }

  private static Layout single(ReadFile file, Map<String, String> metadata) throws CorruptTransfer {
    FastqCheck.Summary reads = file.summary();
    compareSpots(reads.reads(), "reads", metadata);
    List<String> notes = notes(List.of(file));
    if (metadata.getOrDefault("library_layout", "").equalsIgnoreCase("PAIRED")) {
      notes.add("the metadata say PAIRED, but there is one file: treated as single reads");
    }
    return new Layout(
        Map.of(file.name(), "reads"),
        facts("SINGLE", reads.reads(), reads.bases(), reads.reads()),
        notes);
  }

  private static Layout paired(
      ReadFile first, ReadFile second, List<ReadFile> files, Map<String, String> metadata)
      throws CorruptTransfer {
    comparePair(first, second);
    List<ReadFile> others = files.stream().filter(file -> file != first && file != second).toList();
    Map<String, String> roles = new HashMap<>();
    roles.put(first.name(), "reads_1");
    roles.put(second.name(), "reads_2");
    List<String> notes = notes(files);
    long orphans = 0;
    for (ReadFile other : others) {
      boolean unpaired = other.mate().isEmpty();
      roles.put(other.name(), unpaired ? "orphans" : "other");
      notes.add(
          other.name() + " (" + other.summary().reads() + " reads without a mate) is set aside");
      orphans += unpaired ? other.summary().reads() : 0;
    }
    long pairs = first.summary().reads();
    compareSpots(
        pairs + orphans, orphans == 0 ? "pairs" : "pairs and " + orphans + " orphans", metadata);
    if (metadata.getOrDefault("library_layout", "").equalsIgnoreCase("SINGLE")) {
      notes.add("the metadata say SINGLE, but there are two mates: treated as pairs");
    }
    Map<String, String> facts =
        new HashMap<>(
            facts("PAIRED", pairs, first.summary().bases() + second.summary().bases(), 2 * pairs));
    if (orphans > 0) {
      facts.put("orphans", Long.toString(orphans));
    }
    return new Layout(roles, facts, notes);
  }

  private static void comparePair(ReadFile first, ReadFile second) throws CorruptTransfer {
    String both = first.name() + " and " + second.name();
    FastqCheck.Summary one = first.summary();
    FastqCheck.Summary two = second.summary();
    if (first.sha256().equals(second.sha256())) {
      throw new CorruptTransfer(both + " are the same file");
    }
    if (one.reads() != two.reads()) {
      throw new CorruptTransfer(
          both + " are no mates: " + one.reads() + " reads against " + two.reads());
    }
    if (one.names() != two.names()) {
      throw new CorruptTransfer(
          both + " are no mates: the names of their reads differ, or come in another order");
    }
  }

  private static void compareSpots(long found, String what, Map<String, String> metadata)
      throws CorruptTransfer {
    OptionalLong stated = statedSpots(metadata);
    if (stated.isPresent() && stated.getAsLong() != found) {
      throw new CorruptTransfer(
          "there are "
              + found
              + " "
              + what
              + ", the metadata state "
              + stated.getAsLong()
              + " spots");
    }
  }

  private static List<String> notes(List<ReadFile> files) {
    List<String> notes = new ArrayList<>();
    for (ReadFile file : files) {
      if (file.summary().looksLikePhred64()) {
        notes.add(file.name() + " looks like Phred+64 qualities");
      }
      if (file.summary().carriageReturns()) {
        notes.add(file.name() + " has carriage returns at its line ends");
      }
    }
    return notes;
  }

  private static Map<String, String> facts(String layout, long spots, long bases, long reads) {
    double mean = (double) bases / Math.max(1, reads);
    String length =
        mean == Math.rint(mean)
            ? Long.toString((long) mean)
            : String.format(Locale.ROOT, "%.1f", mean);
    return Map.of(
        "layout",
        layout,
        "reads",
        Long.toString(spots),
        "bases",
        Long.toString(bases),
        "mean_read_length",
        length);
  }
}
