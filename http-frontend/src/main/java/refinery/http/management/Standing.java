package refinery.http.management;

import java.util.Optional;
import refinery.protocol.Failure;
import refinery.protocol.query.JobView;

/** Why a job that the scheduler does not know does not run: it waits, or it has ended. */
final class Standing {
  private Standing() {}

  /** The reason; empty if only the scheduler can tell. */
  static Optional<String> of(JobView job) {
    return switch (job.state()) {
      case QUEUED, RUNNING, UNPLACEABLE -> Optional.empty();
      case WAITING -> Optional.of(waits(job));
      case SUCCEEDED -> Optional.of("it has succeeded");
      case CANCELLED -> Optional.of("it was cancelled");
      case FAILED ->
          Optional.of(
              "it has failed" + job.failure().map(failure -> ": " + words(failure)).orElse(""));
    };
  }

  private static String waits(JobView job) {
    String what =
        job.waitingFor()
            .or(() -> job.failure().map(failure -> "it failed: " + words(failure)))
            .orElse("it waits");
    return what + job.nextAttemptAt().map(at -> "; it is tried again at " + at).orElse("");
  }

  private static String words(Failure failure) {
    return failure.failureClass().word() + ": " + failure.message();
  }
}
