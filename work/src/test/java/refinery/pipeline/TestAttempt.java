package refinery.pipeline;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import refinery.agent.Attempt;
import refinery.agent.ProcessRequest;
import refinery.agent.ProcessResult;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Usage;

/** An attempt that starts processes without the agent's limits, but one of time. */
record TestAttempt(JobSpec spec, Resources reserved, Path scratch) implements Attempt {
  /** Far longer than any tool takes here. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /** Some tools never end on a full disk. */
  private static final Duration LONGEST_ON_FULL_DISK = Duration.ofSeconds(20);

  private static final long FULL = 64 << 10;

  @Override
  public int number() {
    return 1;
  }

  @Override
  public Path log() {
    return scratch.resolve("attempt.log");
  }

  @Override
  public long diskLeft() throws IOException {
    try (Stream<Path> files = Files.walk(scratch)) {
      return reserved.disk()
          - files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
    }
  }

  @Override
  public void progressed() {
    // nobody watches
  }

  @Override
  public boolean isStopped() {
    return false;
  }

  @Override
  public void onStop(Runnable action) {
    // never stopped
  }

  @Override
  public ProcessResult execute(ProcessRequest request) throws InterruptedException {
    Instant started = Instant.now();
    File log = request.log().toFile();
    List<String> words = new ArrayList<>(request.within());
    words.addAll(request.command());
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(request.directory().toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(log))
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(request.stdout().orElse(request.log()).toFile()));
    builder.environment().put("TMPDIR", scratch.toString());
    builder.environment().putAll(request.environment());
    int code;
    try {
      Process process = builder.start();
      if (!ends(process, request.directory())) {
        process.destroyForcibly().waitFor();
        return new ProcessResult(
            137,
            Optional.of(Failure.of(FailureClass.STALLED, "it took longer than " + LONGEST)),
            Usage.NONE,
            started,
            Instant.now());
      }
      code = process.exitValue();
    } catch (IOException e) {
      code = 127;
    }
    return new ProcessResult(
        code, Optional.empty(), new Usage(1 << 20, 0.1), started, Instant.now());
  }

  private static boolean ends(Process process, Path directory)
      throws IOException, InterruptedException {
    if (process.waitFor(LONGEST_ON_FULL_DISK.toSeconds(), TimeUnit.SECONDS)) {
      return true;
    }
    boolean full = Files.getFileStore(directory).getUsableSpace() < FULL;
    Duration left = LONGEST.minus(LONGEST_ON_FULL_DISK);
    return !full && process.waitFor(left.toSeconds(), TimeUnit.SECONDS);
  }

  static TestAttempt of(JobSpec spec, Path scratch) throws IOException {
    Files.createDirectories(scratch);
    return new TestAttempt(spec, Resources.of(2000, 1L << 30, 1L << 30), scratch);
  }
}
