package refinery.job;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import refinery.entity.Onlooker;
import refinery.protocol.FailureClass;
import refinery.protocol.job.JobEvent;

/** Counts the retries of jobs by their cause. Thread-safe. */
public final class JobMeters implements Onlooker<JobEvent, Optional<Job>> {
  private final MeterRegistry registry;
  private final Map<String, Counter> retries = new ConcurrentHashMap<>();

  public JobMeters(MeterRegistry registry) {
    this.registry = registry;
    for (FailureClass cause : FailureClass.values()) {
      retry(cause.word());
    }
    List.of("deferred", "by_hand").forEach(this::retry);
  }

  private Counter retry(String cause) {
    return retries.computeIfAbsent(
        cause,
        word ->
            Counter.builder("refinery.retries")
                .description("Jobs that were taken up again, by the class of the failure before")
                .tag("cause", word)
                .register(registry));
  }

  @Override
  public void persisted(List<Change<JobEvent, Optional<Job>>> changes) {
    changes.forEach(change -> cause(change).ifPresent(word -> retry(word).increment()));
  }

  /**
   * Why this event takes the job up again; empty when it does not. A retry that waits first counts
   * when it begins to wait.
   */
  static Optional<String> cause(Change<JobEvent, Optional<Job>> change) {
    return switch (change.event()) {
      case JobEvent.RetryScheduled scheduled -> change.before().map(JobMeters::lastEnd);
      case JobEvent.Requeued requeued ->
          change
              .before()
              .filter(job -> job.phase() instanceof Phase.AttemptOver)
              .map(JobMeters::lastEnd);
      case JobEvent.RetriedByHand retried -> Optional.of("by_hand");
      case JobEvent.Submitted other -> Optional.empty();
      case JobEvent.OwnersJoined other -> Optional.empty();
      case JobEvent.Started other -> Optional.empty();
      case JobEvent.AttemptSucceeded other -> Optional.empty();
      case JobEvent.AttemptFailed other -> Optional.empty();
      case JobEvent.NodeEnded other -> Optional.empty();
      case JobEvent.AttemptDeferred other -> Optional.empty();
      case JobEvent.BecameUnplaceable other -> Optional.empty();
      case JobEvent.GivenUp other -> Optional.empty();
      case JobEvent.Cancelled other -> Optional.empty();
      case JobEvent.PriorityChanged other -> Optional.empty();
      case JobEvent.PriorityWanted other -> Optional.empty();
      case JobEvent.OwnerInformed other -> Optional.empty();
      case JobEvent.RawDataReleased other -> Optional.empty();
      case JobEvent.RawDataDiscarded other -> Optional.empty();
    };
  }

  private static String lastEnd(Job job) {
    return job.history()
        .last()
        .map(
            ended ->
                switch (ended.end()) {
                  case AttemptEnd.Failed failed -> failed.failure().failureClass().word();
                  case AttemptEnd.Lost lost -> lost.failure().failureClass().word();
                  case AttemptEnd.Deferred deferred -> "deferred";
                  case AttemptEnd.Cancelled cancelled -> "by_hand";
                  case AttemptEnd.Succeeded succeeded -> "by_hand";
                })
        .orElse("by_hand");
  }
}
