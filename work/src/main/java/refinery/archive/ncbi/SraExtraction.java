package refinery.archive.ncbi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import refinery.agent.Attempt;
import refinery.agent.ProcessRequest;
import refinery.agent.ProcessResult;
import refinery.agent.Tool;
import refinery.files.ToolWords;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.job.StepRecord;

/**
 * Extracts the reads of an SRA archive with the SRA toolkit. The exit codes of its tools prove
 * nothing: vdb-validate ends with 0 on a file that is no archive, fasterq-dump on a full disk, and
 * a consistent archive may still be incomplete. The output directory is given as a relative path,
 * because fasterq-dump spoils file names when the path has letters outside ASCII. Blocking; all
 * files lie below the given directory.
 */
public final class SraExtraction {
  private static final Pattern SPOTS_READ = Pattern.compile("spots read\\s*:\\s*([0-9,]+)");
  private static final Pattern STAT = Pattern.compile("^[^|]*\\|[^|]*\\|(\\d{1,18}):");
  private static final Pattern TOOL = Pattern.compile("\\bvdb-validate\\.(\\d+(?:\\.\\d+)+)");

  private static final String READS = "reads";
  private static final String SCRATCH = "scratch";

  /**
   * Free bytes below which a volume counts as full: writes of the tools, and of their error
   * messages, fail then.
   */
  private static final long NEARLY_FULL = 16L << 20;

  private final Attempt attempt;
  private final Duration stall;
  private final Duration wallTime;

  public SraExtraction(Attempt attempt, Duration stall, Duration wallTime) {
    this.attempt = attempt;
    this.stall = stall;
    this.wallTime = wallTime;
  }

  /** The programs that it runs; all belong to the SRA toolkit. */
  public static List<Tool> tools() {
    String user = "runs that only NCBI's SRA has";
    return List.of(
        Tool.asked("sra-tools", List.of("fasterq-dump", "--version"), user),
        Tool.of("vdb-validate", user),
        Tool.of("sra-stat", user));
  }

  /**
   * The reads of a run.
   *
   * @param files uncompressed FASTQ: {@code RUN_1.fastq} and {@code RUN_2.fastq}, and {@code
   *     RUN.fastq} for single reads and for reads without a mate
   * @param spots the archive's own count of its spots
   */
  public record Extracted(List<Path> files, long spots, List<StepRecord> steps) {
    public Extracted {
      files = List.copyOf(files);
      steps = List.copyOf(steps);
    }
  }

  /** The reads could not be extracted. */
  public static final class ExtractionException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Failure failure;

    ExtractionException(FailureClass failureClass, String message, String step) {
      this(new Failure(failureClass, message, step));
    }

    ExtractionException(Failure failure) {
      super(failure.message());
      this.failure = failure;
    }

    public Failure failure() {
      return failure;
    }
  }

  /**
   * @param archive checked against the stated checksum, if any; its name is the run's accession
   * @param directory for all files; made when missing
   * @param expectedSpots the number of spots by the metadata; empty: unknown
   */
  public Extracted extract(Path archive, Path directory, OptionalLong expectedSpots)
      throws ExtractionException, IOException, InterruptedException {
    Files.createDirectories(directory.resolve(SCRATCH));
    Path output = Files.createDirectories(directory.resolve(READS));
    List<StepRecord> steps = new ArrayList<>();

    Ran validated = run(List.of("vdb-validate", archive.toString()), directory, Optional.empty());
    String version = version(validated.log());
    validate(validated);
    steps.add(validated.step(version, List.of("the archive is consistent")));

    Path stat = directory.resolve("sra-stat.txt");
    Ran counted =
        run(List.of("sra-stat", "--quick", archive.toString()), directory, Optional.of(stat));
    long spots = spots(counted, ToolWords.of(stat));
    if (expectedSpots.isPresent() && spots != expectedSpots.getAsLong()) {
      throw new ExtractionException(
          FailureClass.CORRUPT,
          "the archive holds " + spots + " spots, the metadata state " + expectedSpots.getAsLong(),
          "sra-stat");
    }
    steps.add(
        counted.step(
            version,
            List.of(
                spots + " spots" + (expectedSpots.isPresent() ? ", as the metadata state" : ""))));

    Ran dumped = run(dump(archive), directory, Optional.empty());
    judge(dumped, spots);
    steps.add(dumped.step(version, List.of("no error line", spots + " spots read")));
    try (Stream<Path> files = Files.list(output)) {
      return new Extracted(files.sorted().toList(), spots, steps);
    }
  }

  /**
   * The command that writes the FASTQ, with name lines like those of ENA's files of the same run.
   */
  private List<String> dump(Path archive) {
    long threads = Math.max(1, attempt.reserved().cpu() / 1000);
    return List.of(
        "fasterq-dump",
        archive.toString(),
        "--split-3",
        "-O",
        READS,
        "-t",
        SCRATCH,
        "--threads",
        Long.toString(threads),
        "--seq-defline",
        "@$ac.$si $sn/$ri",
        "--qual-defline",
        "+");
  }

  private static void validate(Ran ran) throws ExtractionException {
    boolean consistent = ran.log().contains("is consistent");
    if (ran.exitCode() == 0 && consistent && !ran.log().contains(" err:")) {
      return;
    }
    ran.refuseKnown();
    throw ran.bad(
        ran.log().isBlank()
            ? "vdb-validate does not take it for an archive"
            : "vdb-validate found damage: " + ran.lastWords());
  }

  private static long spots(Ran ran, String output) throws ExtractionException {
    ran.refuseKnown();
    long spots = 0;
    boolean any = false;
    for (String line : output.lines().toList()) {
      Matcher matcher = STAT.matcher(line);
      if (matcher.find()) {
        spots += Long.parseLong(matcher.group(1));
        any = true;
      }
    }
    if (ran.exitCode() != 0 || !any) {
      throw ran.bad("sra-stat cannot count it: " + ran.lastWords());
    }
    return spots;
  }

  private static void judge(Ran ran, long spots) throws ExtractionException {
    ran.refuseKnown();
    if (ran.exitCode() != 0 || ran.log().contains(" err:")) {
      throw ran.bad("fasterq-dump failed: " + ran.lastWords());
    }
    Matcher read = SPOTS_READ.matcher(ran.log());
    if (!read.find() || Long.parseLong(read.group(1).replace(",", "")) != spots) {
      throw ran.bad("fasterq-dump did not read all " + spots + " spots: " + ran.lastWords());
    }
  }

  private static String version(String log) {
    Matcher matcher = TOOL.matcher(log);
    return matcher.find() ? matcher.group(1) : "";
  }

  private Ran run(List<String> command, Path directory, Optional<Path> stdout)
      throws ExtractionException, IOException, InterruptedException {
    String tool = command.getFirst();
    Path log = directory.resolve(tool + ".log");
    ProcessResult result =
        attempt.execute(
            new ProcessRequest(command, Map.of(), directory, stdout, log, stall, wallTime));
    String text = ToolWords.of(log);
    Files.writeString(
        attempt.log(),
        String.join(" ", command) + "\n" + text,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    attempt.progressed();
    if (result.killed().isPresent()) {
      throw new ExtractionException(result.killed().get());
    }
    if (result.exitCode() == 127) {
      throw new ExtractionException(
          FailureClass.PERMANENT,
          tool + " is not on this node's PATH; install the SRA toolkit (Debian: sra-toolkit)",
          tool);
    }
    boolean full = Files.getFileStore(directory).getUsableSpace() < NEARLY_FULL;
    return new Ran(command, result, text, full);
  }

  private record Ran(List<String> command, ProcessResult result, String log, boolean full) {
    int exitCode() {
      return result.exitCode();
    }

    /** Throws for known faults that another copy of the archive would not cure. */
    void refuseKnown() throws ExtractionException {
      String tool = command.getFirst();
      if (log.contains("as a RefSeq or as a WGS")) {
        throw new ExtractionException(
            FailureClass.PERMANENT,
            "the archive is aligned and its reads need a reference that is not in it ("
                + lastWords()
                + "); only a FASTQ mirror can deliver this run",
            tool);
      }
      if (log.contains("storage exhausted")
          || log.contains("rcStorage,rcExhausted")
          || log.contains("disk-limit exe")
          || log.contains("No space left")
          || log.contains("file excessive")) {
        throw new ExtractionException(
            FailureClass.OUT_OF_DISK, "no space for the extraction: " + lastWords(), tool);
      }
    }

    /**
     * The failure of a tool. On a full volume it is charged to the disk, since the tools do not
     * always report that.
     */
    ExtractionException bad(String what) {
      String tool = command.getFirst();
      return full
          ? new ExtractionException(
              FailureClass.OUT_OF_DISK,
              what + "; the volume of the scratch directory is full",
              tool)
          : new ExtractionException(FailureClass.CORRUPT, what, tool);
    }

    String lastWords() {
      List<String> lines = log.lines().filter(line -> !line.isBlank()).toList();
      return lines.stream()
          .filter(line -> line.contains(" err:"))
          .findFirst()
          .or(() -> lines.isEmpty() ? Optional.empty() : Optional.of(lines.getLast()))
          .orElse("exit code " + exitCode() + " without a word");
    }

    StepRecord step(String version, List<String> checks) {
      return new StepRecord(
          command.getFirst(),
          command,
          (command.getFirst() + " " + version).strip(),
          exitCode(),
          result.startedAt(),
          result.finishedAt(),
          result.usage().peakMemory(),
          result.usage().cpuSeconds(),
          Optional.empty(),
          checks);
    }
  }
}
