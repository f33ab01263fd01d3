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
 * Decides which files of a run are mates, and whether they belong together. It judges by the files,
 * not by the metadata. Pure.
 */
final class ReadSet {
  private static final Pattern NAME =
      Pattern.compile("(.+?)(?:_([0-9]))?\\.(?:fastq|fq)(?:\\.gz)?");

  /** Fewer than one of so many reads may have the name of the one before, by chance. */
  private static final int FEW_TWINS = 20;

  /** The name of a fact: why a library seems to have barcodes of single cells. */
  static final String SINGLE_CELL = "looks_like_single_cell";

  private ReadSet() {}

  /**
   * A FASTQ file that was read, as far as its summary says.
   *
   * @param sameBytes true if the archive states its MD5, which it has
   */
  record ReadFile(String name, String sha256, FastqCheck.Summary summary, boolean sameBytes) {
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
   * @param roles by the names of the files
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

  /** True for the name of a read file. */
  static boolean isReads(String name) {
    return NAME.matcher(name).matches();
  }

  /** The number of spots by the metadata; empty if they state none. */
  static OptionalLong statedSpots(Map<String, String> metadata) {
    String text = metadata.getOrDefault("read_count", "").strip();
    return text.matches("[0-9]{1,18}") && Long.parseLong(text) > 0
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  /**
   * True if the pipeline's tool reads this file: one of both mates, or the only file. Reads without
   * a mate are set aside. Of three or more numbered files the names do not tell which are mates, so
   * the answer is false.
   */
  static boolean reachesTheTool(String name, List<String> names) {
    List<String> mates = names.stream().flatMap(one -> mate(one).stream()).toList();
    if (mates.size() > 2) {
      return false;
    }
    boolean paired = mates.contains("1") && mates.contains("2");
    return paired
        ? mate(name).filter(number -> number.equals("1") || number.equals("2")).isPresent()
        : names.size() == 1;
  }

  static Layout decide(List<ReadFile> files, Map<String, String> metadata)
      throws TransferException {
    List<ReadFile> numbered = files.stream().filter(file -> file.mate().isPresent()).toList();
    if (numbered.size() > 2) {
      return Technical.decide(numbered, files, metadata);
    }
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

  static Layout single(ReadFile file, Map<String, String> metadata) throws TransferException {
    FastqCheck.Summary reads = file.summary();
    refuseMates(file);
    Optional<String> differs = compareSpots(reads, 0, "reads", file.sameBytes(), metadata);
    List<String> notes = notes(List.of(file));
    if (metadata.getOrDefault("library_layout", "").equalsIgnoreCase("PAIRED")) {
      notes.add("the metadata say PAIRED, but there is one file: treated as single reads");
    }
    Map<String, String> facts = facts("SINGLE", List.of(reads));
    differs.ifPresent(said -> facts.put(WholeReads.COUNT_DIFFERS, said));
    return new Layout(Map.of(file.name(), "reads"), facts, notes);
  }

  /** True if the reads seem to be the two mates of one spot after the other. */
  static boolean isInterleaved(FastqCheck.Summary reads) {
    return reads.numberedMates() || (reads.twins() > 0 && reads.twins() == reads.reads() / 2);
  }

  /** Refuses a file with mates in it, which as single reads would be counted twice. */
  private static void refuseMates(ReadFile file) throws BrokenTransfer {
    FastqCheck.Summary reads = file.summary();
    if (reads.twins() * FEW_TWINS >= Math.max(1, reads.reads())) {
      throw new BrokenTransfer(
          FailureClass.PERMANENT,
          "%s holds several reads of one spot, one after the other (%d of %d reads have the name of the one before): these are neither single reads nor pairs"
              .formatted(file.name(), reads.twins(), reads.reads()));
    }
  }

  static Layout paired(
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
          unpaired
              ? other.name()
                  + " ("
                  + other.summary().reads()
                  + " reads without a mate) is set aside"
              : Technical.words(other) + " are index or barcode reads and set aside");
      orphans += unpaired ? other.summary().reads() : 0;
    }
    String what = orphans == 0 ? "pairs" : "pairs and " + orphans + " orphans";
    boolean sameBytes = files.stream().allMatch(ReadFile::sameBytes);
    Optional<String> one = compareSpots(first.summary(), orphans, what, sameBytes, metadata);
    Optional<String> two = compareSpots(second.summary(), orphans, what, sameBytes, metadata);
    if (metadata.getOrDefault("library_layout", "").equalsIgnoreCase("SINGLE")) {
      notes.add("the metadata say SINGLE, but there are two mates: treated as pairs");
    }
    Map<String, String> facts = facts("PAIRED", List.of(first.summary(), second.summary()));
    one.or(() -> two).ifPresent(said -> facts.put(WholeReads.COUNT_DIFFERS, said));
    if (orphans > 0) {
      facts.putAll(orphanFacts(pairs(first.summary(), orphans, metadata), orphans));
    }
    Technical.singleCell(first, second).ifPresent(said -> facts.put(SINGLE_CELL, said));
    return new Layout(roles, facts, notes);
  }

  private static Map<String, String> orphanFacts(long pairs, long orphans) {
    Map<String, String> facts = new HashMap<>(Map.of("orphans", Long.toString(orphans)));
    if (orphans > pairs) {
      facts.put(
          "mostly_orphans",
          String.format(
              Locale.ROOT,
              "%.1f%% of the spots are pairs; the others, without a mate, are not used",
              100.0 * pairs / (pairs + orphans)));
    }
    return facts;
  }

  /**
   * The number of pairs. If only the beginnings of the mates were read it is the number of spots
   * that the archive states, less the orphans.
   */
  private static long pairs(FastqCheck.Summary mate, long orphans, Map<String, String> metadata) {
    return mate.whole() || statedSpots(metadata).isEmpty()
        ? mate.reads()
        : Math.max(mate.reads(), statedSpots(metadata).getAsLong() - orphans);
  }

  /** Compares the names of two mates as far as both files were read. */
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

  /**
   * Compares a count with the stated spots. If only the beginning was read the count may be lower.
   * Bytes with the archive's own MD5 are its file, so it is the stated number that is wrong, or
   * counts something else: this is said and fails nothing. Of other bytes the number decides.
   *
   * @return how they differ; empty if they do not
   */
  static Optional<String> compareSpots(
      FastqCheck.Summary reads,
      long orphans,
      String what,
      boolean sameBytes,
      Map<String, String> metadata)
      throws CorruptTransfer {
    OptionalLong stated = statedSpots(metadata);
    long found = reads.reads() + orphans;
    boolean differs =
        stated.isPresent()
            && (reads.whole() ? found != stated.getAsLong() : found > stated.getAsLong());
    if (!differs) {
      return Optional.empty();
    }
    String said =
        "there are %s%d %s, the metadata state %d spots"
            .formatted(reads.whole() ? "" : "at least ", found, what, stated.getAsLong());
    if (!sameBytes) {
      throw new CorruptTransfer(said);
    }
    return Optional.of(said + "; the files have the MD5 that the archive states");
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

  /**
   * Facts for the job's result. Counts are given only if whole files were read; the mean length is
   * that of the reads that were read.
   */
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
