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

  /** A FASTQ file that was read, to its end or as far as its summary says. */
  record ReadFile(String name, String sha256, FastqCheck.Summary summary) {
    Optional<String> mate() {
      return ReadSet.mate(name);
    }
  }

  private static Matcher parsed(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a FASTQ name: " + name);
    }
    return matcher;
  }

  /** {@code 1} of {@code RUN_1.fastq.gz}; empty for {@code RUN.fastq.gz}. */
  private static Optional<String> mate(String name) {
    return Optional.ofNullable(parsed(name).group(2));
  }

  /** {@code RUN} of {@code RUN_1.fastq.gz}. */
  static String run(String name) {
    return parsed(name).group(1);
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

  /**
   * Whether a tool that gets a run's reads sees those of this file: of both mates, or of the only
   * file. Files of reads without a mate are set aside.
   */
  static boolean reachesTheTool(String name, List<String> names) {
    List<String> mates = names.stream().flatMap(one -> mate(one).stream()).toList();
    boolean paired = mates.contains("1") && mates.contains("2");
    return paired
        ? mate(name).filter(number -> number.equals("1") || number.equals("2")).isPresent()
        : names.size() == 1;
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
    compareSpots(reads, 0, "reads", metadata);
    List<String> notes = notes(List.of(file));
    if (metadata.getOrDefault("library_layout", "").equalsIgnoreCase("PAIRED")) {
      notes.add("the metadata say PAIRED, but there is one file: treated as single reads");
    }
    return new Layout(Map.of(file.name(), "reads"), facts("SINGLE", List.of(reads)), notes);
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
    String what = orphans == 0 ? "pairs" : "pairs and " + orphans + " orphans";
    compareSpots(first.summary(), orphans, what, metadata);
    compareSpots(second.summary(), orphans, what, metadata);
    if (metadata.getOrDefault("library_layout", "").equalsIgnoreCase("SINGLE")) {
      notes.add("the metadata say SINGLE, but there are two mates: treated as pairs");
    }
    Map<String, String> facts =
        new HashMap<>(facts("PAIRED", List.of(first.summary(), second.summary())));
    if (orphans > 0) {
      facts.put("orphans", Long.toString(orphans));
    }
    return new Layout(roles, facts, notes);
  }

  /** As far as both were read. */
  static void comparePair(ReadFile first, ReadFile second) throws CorruptTransfer {
    String both = first.name() + " and " + second.name();
    FastqCheck.Summary one = first.summary();
    FastqCheck.Summary two = second.summary();
    if (first.sha256().equals(second.sha256())) {
      throw new CorruptTransfer(both + " are the same file");
    }
    boolean whole = one.whole() && two.whole();
    if (whole && one.reads() != two.reads()) {
      throw new CorruptTransfer(
          both + " are no mates: " + one.reads() + " reads against " + two.reads());
    }
    int common = Math.min(one.marks().size(), two.marks().size());
    boolean sameNames =
        whole
            ? one.names() == two.names()
            : one.marks().subList(0, common).equals(two.marks().subList(0, common));
    if (!sameNames) {
      throw new CorruptTransfer(
          both + " are no mates: the names of their reads differ, or come in another order");
    }
  }

  /** Of a beginning it is only known that there are no fewer. */
  static void compareSpots(
      FastqCheck.Summary reads, long orphans, String what, Map<String, String> metadata)
      throws CorruptTransfer {
    OptionalLong stated = statedSpots(metadata);
    long found = reads.reads() + orphans;
    boolean differs =
        stated.isPresent()
            && (reads.whole() ? found != stated.getAsLong() : found > stated.getAsLong());
    if (differs) {
      throw new CorruptTransfer(
          (reads.whole() ? "there are " : "there are at least ")
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

  /** Counts only where the whole files were read; the mean length is that of what was read. */
  private static Map<String, String> facts(String layout, List<FastqCheck.Summary> mates) {
    Map<String, String> facts = new HashMap<>();
    long bases = mates.stream().mapToLong(FastqCheck.Summary::bases).sum();
    long reads = mates.stream().mapToLong(FastqCheck.Summary::reads).sum();
    boolean whole = mates.stream().allMatch(FastqCheck.Summary::whole);
    if (whole) {
      facts.put("reads", Long.toString(mates.getFirst().reads()));
      facts.put("bases", Long.toString(bases));
    }
    double mean = (double) bases / Math.max(1, reads);
    String length =
        mean == Math.rint(mean)
            ? Long.toString((long) mean)
            : String.format(Locale.ROOT, "%.1f", mean);
    facts.put("layout", layout);
    facts.put("mean_read_length", length);
    facts.put("reads_checked", whole ? "whole" : "beginning");
    return facts;
  }
}
