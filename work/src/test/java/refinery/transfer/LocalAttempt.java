package refinery.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import refinery.agent.Attempt;
import refinery.agent.ProcessRequest;
import refinery.agent.ProcessResult;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;

/** An attempt in a directory, which runs its processes plainly. */
class LocalAttempt implements Attempt {
  private final JobSpec spec;
  private final Path scratch;
  private final int width;
  private long disk = 1L << 40;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final List<Runnable> actions = new CopyOnWriteArrayList<>();
  final AtomicLong progress = new AtomicLong();

  LocalAttempt(Path scratch, String key, List<SourceFile> files, Map<String, String> metadata) {
    this(scratch, key, files, metadata, 1);
  }

  LocalAttempt(
      Path scratch, String key, List<SourceFile> files, Map<String, String> metadata, int width) {
    this.scratch = scratch;
    this.width = width;
    this.spec =
        new JobSpec(
            JobId.of("job-d-" + key.toLowerCase(java.util.Locale.ROOT) + "-" + System.nanoTime()),
            JobKind.DOWNLOAD,
            Optional.empty(),
            List.of(),
            "",
            50,
            0,
            Resources.NONE,
            new Work.Download("group-" + key, key, files, metadata),
            Instant.EPOCH);
  }

  /** As if only so many bytes of disk were reserved. */
  LocalAttempt withDisk(long bytes) {
    disk = bytes;
    return this;
  }

  void tellToStop() {
    stopped.set(true);
    actions.forEach(Runnable::run);
  }

  @Override
  public JobSpec spec() {
    return spec;
  }

  @Override
  public int number() {
    return 1;
  }

  @Override
  public Resources reserved() {
    return Resources.of(2000, 0, disk).withTokens(Map.of("net:ena", width));
  }

  @Override
  public Path scratch() {
    return scratch;
  }

  @Override
  public Path log() {
    return scratch.resolve("log.txt");
  }

  @Override
  public void progressed() {
    progress.incrementAndGet();
  }

  @Override
  public long diskLeft() {
    return reserved().disk();
  }

  @Override
  public boolean isStopped() {
    return stopped.get();
  }

  @Override
  public void onStop(Runnable action) {
    actions.add(action);
    if (stopped.get()) {
      action.run();
    }
  }

  @Override
  public ProcessResult execute(ProcessRequest request) throws InterruptedException {
    Instant began = Instant.now();
    ProcessBuilder builder =
        new ProcessBuilder(request.command())
            .directory(request.directory().toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(request.log().toFile()))
            .redirectOutput(
                request
                    .stdout()
                    .map(file -> ProcessBuilder.Redirect.to(file.toFile()))
                    .orElseGet(() -> ProcessBuilder.Redirect.appendTo(request.log().toFile())));
    builder.environment().put("HOME", scratch.toString());
    try {
      int code = builder.start().waitFor();
      return new ProcessResult(code, Optional.empty(), Usage.NONE, began, Instant.now());
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }
}
