package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;
import refinery.testing.RequiresTools;
import refinery.testing.SmallVolume;

/** Real processes, by both ways to start them. */
class ProcessesTest {
  private static final Resources PLENTY = Resources.of(1000, 1L << 30, 1L << 30);
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  /** What a pipe holds on Linux. */
  private static final int PIPE = 65_536;

  @TempDir Path directory;
  private Workbench bench;

  enum Way {
    POSIX_SPAWN,
    SETSID
  }

  private RunningAttempt open(Way way, Resources reserved, String... settings) {
    ProcessLauncher launcher =
        switch (way) {
          case POSIX_SPAWN -> new PosixSpawn();
          case SETSID -> new SetsidLauncher(ProgramPath.ofSystem());
        };
    bench = new Workbench(directory, launcher, settings);
    return bench.attempt(reserved);
  }

  @AfterEach
  void nothingIsLeft() {
    await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(bench.alive()).isEmpty());
    bench.close();
  }

  private static CompletableFuture<ProcessResult> inBackground(
      RunningAttempt attempt, ProcessRequest request) {
    CompletableFuture<ProcessResult> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                result.complete(attempt.execute(request));
              } catch (InterruptedException | RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  @ParameterizedTest
  @EnumSource
  void tells_exit_codes_and_signals(Way way) throws Exception {
    RunningAttempt attempt = open(way, PLENTY);
    assertThat(attempt.execute(Workbench.request(attempt, "true")).exitCode()).isZero();
    assertThat(attempt.execute(Workbench.request(attempt, "sh", "-c", "exit 3")).exitCode())
        .isEqualTo(3);
    ProcessResult terminated =
        attempt.execute(Workbench.request(attempt, "sh", "-c", "kill -TERM $$"));
    assertThat(terminated.exitCode()).isEqualTo(128 + 15);
    assertThat(terminated.killed()).isEmpty();
  }

  /** The log is on the full volume, so the program's own words about it are lost. */
  @Test
  void a_full_volume_is_seen_though_no_log_can_tell() throws Exception {
    try (SmallVolume volume = SmallVolume.mount("8m")) {
      bench = new Workbench(volume.path(), new PosixSpawn());
      RunningAttempt attempt = bench.attempt(PLENTY);
      ProcessResult full =
          attempt.execute(
              Workbench.request(attempt, "dd", "if=/dev/zero", "of=big", "bs=64k", "count=1000"));
      assertThat(full.exitCode()).isNotZero();
      assertThat(full.killed().orElseThrow().failureClass()).isEqualTo(FailureClass.OUT_OF_DISK);
    }
  }

  @ParameterizedTest
  @EnumSource
  void gives_a_clean_environment_directory_and_files(Way way) throws Exception {
    RunningAttempt attempt = open(way, PLENTY);
    Path output = attempt.scratch().resolve("out");
    ProcessRequest request =
        new ProcessRequest(
            List.of("sh", "-c", "pwd; env; ls /proc/self/fd | wc -l; cat; echo word >&2"),
            Map.of("ADDED", "x y"),
            attempt.scratch().resolve("work"),
            Optional.of(output),
            attempt.log(),
            Duration.ofMinutes(1),
            Duration.ofMinutes(1));
    assertThat(attempt.execute(request).exitCode()).isZero();
    List<String> lines = Files.readAllLines(output);
    String scratch = attempt.scratch().toString();
    assertThat(lines)
        .contains(
            scratch + "/work",
            "ADDED=x y",
            "LANG=C.UTF-8",
            "HOME=" + scratch,
            "TMPDIR=" + scratch,
            "REFINERY_NODE=" + directory,
            "REFINERY_ATTEMPT=job-1/1");
    assertThat(lines.stream().filter(line -> line.contains("=")).map(line -> line.split("=")[0]))
        .doesNotContain("JAVA_HOME", "USER", "LS_COLORS");
    assertThat(Workbench.log(attempt)).isEqualTo("word\n");
  }

  @ParameterizedTest
  @EnumSource
  void names_what_is_missing(Way way) throws Exception {
    RunningAttempt attempt = open(way, PLENTY);
    ProcessResult result = attempt.execute(Workbench.request(attempt, "no-such-tool"));
    assertThat(result.killed())
        .contains(
            Failure.of(
                FailureClass.PERMANENT,
                "no-such-tool: not found on the node's PATH; apt-get install no-such-tool"));
    assertThat(ProgramPath.missing("fasterq-dump")).endsWith("apt-get install sra-toolkit");
  }

  @ParameterizedTest
  @EnumSource
  void kills_children_that_outlive_their_driver(Way way) throws Exception {
    RunningAttempt attempt = open(way, PLENTY);
    ProcessResult same =
        attempt.execute(Workbench.request(attempt, "sh", "-c", "sleep 60 & exit 0"));
    assertThat(same.exitCode()).isZero();
    assertThat(bench.alive()).isEmpty();
    ProcessResult escaped =
        attempt.execute(
            Workbench.request(attempt, "sh", "-c", "setsid sleep 61 & sleep 0.1; exit 0"));
    assertThat(escaped.exitCode()).isZero();
    assertThat(bench.alive()).isEmpty();
  }

  /** Neither its environment nor its session, parent, directory or files tell whose it is. */
  private static String leaving(Path note) {
    return "cd /; env -i setsid sh -c 'sleep 62 < /dev/null > /dev/null 2>&1 & echo $! > "
        + note
        + "' & until [ -s "
        + note
        + " ]; do sleep 0.02; done; ";
  }

  private static long noted(Path note) throws IOException {
    return Long.parseLong(Files.readString(note).trim());
  }

  @ParameterizedTest
  @EnumSource
  void a_cleared_environment_and_a_second_fork_do_not_escape_its_end(Way way) throws Exception {
    RunningAttempt attempt = open(way, PLENTY);
    Path note = directory.resolve("escaped");
    ProcessResult result =
        attempt.execute(Workbench.request(attempt, "sh", "-c", leaving(note) + "exit 0"));
    assertThat(result.exitCode()).isZero();
    assertThat(ProcessTable.isOver(noted(note))).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void a_cleared_environment_and_a_second_fork_do_not_escape_a_stop(Way way) throws Exception {
    RunningAttempt attempt = open(way, PLENTY);
    Path note = directory.resolve("escaped");
    CompletableFuture<ProcessResult> result =
        inBackground(attempt, Workbench.request(attempt, "sh", "-c", leaving(note) + "sleep 63"));
    await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(note) && Files.size(note) > 0);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> bench.watcher.processesOf(attempt).contains(noted(note)));
    attempt.stop(Failure.of(FailureClass.NODE_LOST, "stopped: cancelled"));
    assertThat(result.join().killed()).isPresent();
    assertThat(ProcessTable.isOver(noted(note))).isTrue();
  }

  /**
   * As after SIGKILL of the node: nobody waits for the end, and the next life finds what is left.
   */
  @ParameterizedTest
  @EnumSource
  void the_next_life_ends_what_cleared_its_environment(Way way) throws Exception {
    open(way, PLENTY);
    Path note = directory.resolve("escaped");
    Path nowhere = Path.of("/dev/null");
    long leader =
        bench.launcher.start(
            new ProcessLauncher.Launch(
                bench.path.find("sh").orElseThrow(),
                List.of("sh", "-c", leaving(note)),
                List.of("PATH=" + bench.path.text()),
                directory,
                nowhere,
                nowhere,
                InheritedMark.of(directory).limit(1)),
            0);
    bench.launcher.awaitEnd(leader);
    assertThat(bench.launcher.reap(leader).code()).isZero();
    assertThat(ProcessTable.isOver(noted(note))).isFalse();
    PreviousLife.end(directory, directory.resolve("scratch"), bench.launcher);
    assertThat(ProcessTable.isOver(noted(note))).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void stopping_kills_the_whole_group(Way way) {
    RunningAttempt attempt = open(way, PLENTY);
    CompletableFuture<ProcessResult> result =
        inBackground(attempt, Workbench.request(attempt, "sh", "-c", "sleep 60 & sleep 60 & wait"));
    await().atMost(Duration.ofMinutes(1)).until(() -> bench.alive().size() >= 3);
    attempt.stop(Failure.of(FailureClass.NODE_LOST, "stopped: cancelled"));
    assertThat(result.join().killed().map(Failure::message)).contains("stopped: cancelled");
    assertThat(bench.alive()).isEmpty();
    ProcessResult later = inBackground(attempt, Workbench.request(attempt, "true")).join();
    assertThat(later.killed()).isPresent();
  }

  /**
   * When only its driver is killed, the real fasterq-dump runs on and writes its files. Its
   * standard error is a pipe that is already full, so that it can neither end nor write them before
   * the stop.
   */
  @ParameterizedTest
  @EnumSource
  @RequiresTools({"fasterq-dump", "mkfifo"})
  void stopping_the_real_fasterq_dump_stops_the_child_behind_its_driver(Way way) throws Exception {
    RunningAttempt attempt = open(way, PLENTY);
    Path out = attempt.scratch().resolve("out");
    Path log = attempt.scratch().resolve("full-pipe");
    assertThat(new ProcessBuilder("mkfifo", log.toString()).start().waitFor()).isZero();
    try (RandomAccessFile pipe = new RandomAccessFile(log.toFile(), "rw")) {
      pipe.write(new byte[PIPE]);
      CompletableFuture<ProcessResult> result = inBackground(attempt, dump(attempt, out, log));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> bench.alive().size() >= 2 && hasTemporaryFiles(attempt.scratch()));
      assertThat(result).isNotDone();
      attempt.stop(Failure.of(FailureClass.NODE_LOST, "stopped: cancelled"));
      ProcessResult stopped = result.join();
      assertThat(bench.alive()).isEmpty();
      assertThat(stopped.killed().map(Failure::failureClass)).contains(FailureClass.NODE_LOST);
      assertThat(out.resolve("SRR990001_1.fastq")).doesNotExist();
      assertThat(out.resolve("SRR990001_2.fastq")).doesNotExist();
    }
    attempt.removeScratch();
    assertThat(directory.resolve("scratch")).isEmptyDirectory();
  }

  private static ProcessRequest dump(RunningAttempt attempt, Path out, Path log) {
    Path run = Path.of("src/test/resources/fixtures/sra/SRR990001/SRR990001").toAbsolutePath();
    String scratch = attempt.scratch().toString();
    return new ProcessRequest(
        List.of("fasterq-dump", "-p", "-t", scratch, "-O", out.toString(), run.toString()),
        Map.of(),
        attempt.scratch().resolve("work"),
        Optional.empty(),
        log,
        Duration.ofMinutes(1),
        Duration.ofMinutes(1));
  }

  private static boolean hasTemporaryFiles(Path scratch) throws IOException {
    try (Stream<Path> files = Files.list(scratch)) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith("fasterq.tmp"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void kills_what_uses_more_memory_than_reserved(Way way) throws Exception {
    RunningAttempt attempt = open(way, Resources.of(1000, 200 * Workbench.MIB, 1L << 30));
    Path source = attempt.scratch().resolve("Eater.java");
    Files.writeString(
        source,
        """
        class Eater {
          public static void main(String[] arguments) throws Exception {
            java.util.List<byte[]> eaten = new java.util.ArrayList<>();
            for (int i = 0; i < 700; i++) {
              byte[] bite = new byte[1 << 20];
              java.util.Arrays.fill(bite, (byte) 1);
              eaten.add(bite);
            }
            Thread.currentThread().join(60_000);
          }
        }
        """);
    ProcessResult result =
        attempt.execute(
            Workbench.request(
                attempt, "sh", "-c", JAVA + " -Xmx1g -XX:+UseSerialGC " + source + " ; echo end"));
    Failure failure = result.killed().orElseThrow();
    assertThat(failure.failureClass()).isEqualTo(FailureClass.OUT_OF_MEMORY);
    assertThat(failure.message()).contains("200.0 MiB were reserved");
    assertThat(result.usage().peakMemory()).isGreaterThan(200 * Workbench.MIB);
  }

  /** The kernel's own figure for a child begins with the memory of this JVM. */
  @ParameterizedTest
  @EnumSource
  void a_small_tools_peak_is_its_own_and_not_that_of_the_node(Way way) throws Exception {
    RunningAttempt attempt = open(way, PLENTY);
    ProcessResult result = attempt.execute(Workbench.request(attempt, "sleep", "1"));
    assertThat(result.usage().peakMemory()).isBetween(1L, 20 * Workbench.MIB);
  }

  @ParameterizedTest
  @EnumSource
  void limits_wall_time_and_silence(Way way) throws Exception {
    RunningAttempt attempt = open(way, PLENTY);
    ProcessResult wall =
        attempt.execute(
            Workbench.request(
                attempt,
                Duration.ofMinutes(1),
                Duration.ofMillis(300),
                "sh",
                "-c",
                "while true; do echo x; sleep 0.05; done"));
    assertThat(wall.killed().map(Failure::failureClass)).contains(FailureClass.STALLED);
    assertThat(wall.killed().orElseThrow().message()).contains("longer than its limit");
    ProcessResult silent =
        attempt.execute(
            Workbench.request(
                attempt, Duration.ofMillis(300), Duration.ofMinutes(1), "sleep", "60"));
    assertThat(silent.killed().orElseThrow().message()).contains("no progress");
    ProcessResult writing =
        attempt.execute(
            Workbench.request(
                attempt,
                Duration.ofSeconds(2),
                Duration.ofMinutes(1),
                "sh",
                "-c",
                "for i in 1 2 3 4 5; do echo x >> grows; sleep 0.5; done"));
    assertThat(writing.killed()).isEmpty();
    assertThat(writing.exitCode()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void reads_the_log_for_what_exit_codes_hide(Way way) throws Exception {
    RunningAttempt attempt = open(way, PLENTY);
    assertThat(verdict(attempt, "echo 'write: No space left on device' >&2; exit 0"))
        .contains(FailureClass.OUT_OF_DISK);
    assertThat(
            verdict(attempt, "printf '\\377\\300\\n\\200: No space left on device\\n' >&2; exit 1"))
        .as("words beside bytes that are no text")
        .contains(FailureClass.OUT_OF_DISK);
    assertThat(verdict(attempt, "echo 'RC(storage exhausted)' >&2; exit 3"))
        .contains(FailureClass.OUT_OF_DISK);
    assertThat(verdict(attempt, "echo 'what(): std::bad_alloc' >&2; kill -ABRT $$"))
        .contains(FailureClass.OUT_OF_MEMORY);
    assertThat(verdict(attempt, "kill -KILL $$")).contains(FailureClass.OUT_OF_MEMORY);
    assertThat(verdict(attempt, "echo fine; exit 1")).isEmpty();
  }

  private static Optional<FailureClass> verdict(RunningAttempt attempt, String script)
      throws InterruptedException {
    return attempt
        .execute(Workbench.request(attempt, "sh", "-c", script))
        .killed()
        .map(Failure::failureClass);
  }

  @ParameterizedTest
  @EnumSource
  void stops_an_attempt_that_fills_the_disk(Way way) throws Exception {
    RunningAttempt attempt =
        open(
            way,
            Resources.of(1000, 1L << 30, Workbench.MIB),
            "refinery.agent.scratch-allowance = 1 MiB");
    ProcessResult result =
        attempt.execute(
            Workbench.request(attempt, "sh", "-c", "head -c 8000000 /dev/zero > big; sleep 60"));
    assertThat(result.killed().map(Failure::failureClass)).contains(FailureClass.OUT_OF_DISK);
    attempt.removeScratch();
    assertThat(directory.resolve("scratch")).isEmptyDirectory();
  }

  /**
   * Fifty processes; one descriptor or thread of the system left by each would show. The whole test
   * JVM is counted, and others' connections come and go in it, hence the half.
   */
  @ParameterizedTest
  @EnumSource
  void leaks_no_files_or_threads(Way way) throws Exception {
    RunningAttempt attempt = open(way, PLENTY);
    attempt.execute(Workbench.request(attempt, "true"));
    int files = entries("fd");
    int threads = entries("task");
    for (int i = 0; i < 50; i++) {
      attempt.execute(Workbench.request(attempt, "true"));
    }
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              assertThat(entries("fd")).isLessThan(files + 25);
              assertThat(entries("task")).isLessThan(threads + 25);
            });
  }

  private static int entries(String ofThisProcess) {
    return Path.of("/proc/self", ofThisProcess).toFile().list().length;
  }
}
