package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.FailureClass;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.testing.SmallVolume;

/**
 * Capacity and marks are those of the volume that {@code refinery.agent.scratch} names, not those
 * of the node's directory, and a volume that others fill is not held against a job.
 */
class ScratchVolumeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int SIZE = 32;
  private static final Resources SMALL = Resources.of(100, 1 << 30, 1 << 20);

  @TempDir Path directory;
  private SmallVolume volume;
  private LocalExecutor executor;

  @BeforeEach
  void open() throws Exception {
    volume = SmallVolume.mount(SIZE + "m");
    AgentConfig config =
        Workbench.config(
            "refinery.agent.scratch = \"" + volume.path() + "\"",
            "refinery.agent.scratch-allowance = 1MiB");
    executor =
        new LocalExecutor(
            directory,
            NodeId.of("node-n"),
            config,
            Map.of(JobKind.PROCESS, ScratchVolumeTest::holds));
  }

  @AfterEach
  void close() throws Exception {
    try {
      if (executor != null) {
        executor.close();
        executor.whenOver().toCompletableFuture().get(30, TimeUnit.SECONDS);
      }
    } finally {
      if (volume != null) {
        volume.close();
      }
    }
  }

  /** Writes as many KiB as its job's id ends with, and waits to be stopped. */
  private static CompletableFuture<Outcome> holds(Attempt attempt) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    try {
      String id = attempt.spec().id().value();
      int kilobytes = Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
      Files.write(attempt.scratch().resolve("data"), new byte[kilobytes << 10]);
    } catch (java.io.IOException e) {
      outcome.completeExceptionally(e);
    }
    attempt.onStop(
        () ->
            outcome.complete(
                new Outcome.Failed(
                    refinery.protocol.Failure.of(FailureClass.NODE_LOST, "stopped"),
                    Usage.NONE,
                    List.of())));
    return outcome;
  }

  private CompletableFuture<Outcome> begin(String id) {
    CompletableFuture<Outcome> ended = new CompletableFuture<>();
    executor.run(Workbench.spec(id, SMALL), 1, SMALL, ended::complete);
    return ended;
  }

  private Capacity capacity() throws Exception {
    return executor.capacity().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  /** Leaves so many bytes of the volume. */
  private Path fill(long left) throws Exception {
    Path file = volume.path().resolve("foreign");
    long bytes = Files.getFileStore(volume.path()).getUsableSpace() - left;
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long written = 0; written < bytes; written += 4096) {
        out.write(new byte[4096]);
      }
    }
    return file;
  }

  @Test
  void aSmallVolumeHasSomethingToOffer() throws Exception {
    Capacity capacity = capacity();
    assertThat(capacity.takesNoWork()).isEmpty();
    assertThat(capacity.free()).isEqualTo((long) SIZE << 20);
    assertThat(capacity.total().disk())
        .isBetween((long) (SIZE * 0.8) << 20, (long) (SIZE * 0.9) << 20);
  }

  @Test
  void belowTheHighWaterMarkOfThatVolumeNoWorkIsTaken() throws Exception {
    Path foreign = fill(2 << 20);
    assertThat(capacity().takesNoWork().orElseThrow())
        .contains("2.0 MiB free", volume.path().toString());
    assertThat(capacity().total().disk()).isZero();
    Files.delete(foreign);
    assertThat(capacity().takesNoWork()).isEmpty();
  }

  @Test
  void belowTheCriticalMarkTheLargestEndsAndIsNotBlamedForWhatOthersWrote() throws Exception {
    CompletableFuture<Outcome> small = begin("job-100");
    CompletableFuture<Outcome> large = begin("job-200");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> capacity().free() <= (SIZE << 20) - (300 << 10));
    fill(100 << 10);
    Outcome.Crowded crowded = (Outcome.Crowded) large.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(crowded.failure().failureClass()).isEqualTo(FailureClass.OUT_OF_DISK);
    assertThat(crowded.failure().message()).contains("critical", volume.path().toString());
    assertThat(small.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("it follows while the volume is full")
        .isInstanceOf(Outcome.Crowded.class);
  }

  @Test
  void whoWroteMoreThanWasReservedIsBlamed() throws Exception {
    CompletableFuture<Outcome> greedy = begin("job-2000");
    Outcome.Failed failed = (Outcome.Failed) greedy.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.OUT_OF_DISK);
  }

  /** The kernel would count files in memory as the attempt's. */
  @Test
  void memoryIsSampledWhereScratchIsItselfInMemory() {
    assertThat(executor.state()).containsEntry("memory_limit", "sampling");
    assertThat(executor.description()).endsWith("by sampling");
  }
}
