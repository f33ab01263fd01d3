package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;
import refinery.protocol.job.JobKind;

@Timeout(60)
class CourtesyTest {
  private static final Duration LONG = Duration.ofHours(1);

  @TempDir Path directory;

  private RunningAttempt attempt(JobKind kind, long cpu) {
    Workbench bench = new Workbench(directory, new PosixSpawn());
    return bench.attempt(kind, Resources.of(cpu, 1 << 20, 1 << 20));
  }

  private static Thread waiting(Courtesy courtesy, RunningAttempt download) {
    Thread thread = Thread.ofPlatform().start(() -> courtesy.giveWay(download));
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    return thread;
  }

  @Test
  void theSecondDownloadWaitsWhileEveryCoreIsReservedAndGoesOnWhenOneIsFree() throws Exception {
    Courtesy courtesy = new Courtesy(LONG, 2_000);
    RunningAttempt one = attempt(JobKind.PROCESS, 1_000);
    RunningAttempt two = attempt(JobKind.PROCESS, 1_000);
    RunningAttempt download = attempt(JobKind.DOWNLOAD, 0);
    courtesy.begins(one);
    courtesy.giveWay(download);
    courtesy.begins(two);
    courtesy.giveWay(two);
    courtesy.giveWay(attempt(JobKind.DOWNLOAD, 0));
    Thread waits = waiting(courtesy, download);
    courtesy.ends(one);
    waits.join();
    assertThat(download.isStopped()).isFalse();
  }

  @Test
  void aDownloadThatIsStoppedOrHasWaitedLongEnoughWaitsNoLonger() throws Exception {
    RunningAttempt busy = attempt(JobKind.PROCESS, 1_000);
    RunningAttempt download = attempt(JobKind.DOWNLOAD, 0);
    Courtesy courtesy = new Courtesy(LONG, 1_000);
    courtesy.begins(busy);
    courtesy.giveWay(attempt(JobKind.DOWNLOAD, 0));
    Thread waits = waiting(courtesy, download);
    download.stop(Failure.of(FailureClass.NODE_LOST, "stopped"));
    waits.join();

    Courtesy brief = new Courtesy(Duration.ofMillis(1), 1_000);
    brief.begins(busy);
    brief.giveWay(attempt(JobKind.DOWNLOAD, 0));
    brief.giveWay(attempt(JobKind.DOWNLOAD, 0));

    Courtesy fraction = new Courtesy(LONG, 500);
    fraction.giveWay(attempt(JobKind.DOWNLOAD, 0));
  }
}
