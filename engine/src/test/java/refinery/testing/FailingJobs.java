package refinery.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import refinery.job.Job;
import refinery.job.JobLogic;
import refinery.job.RetryPolicy;
import refinery.journal.Examples;
import refinery.journal.JournalHarness;
import refinery.journal.Projector;
import refinery.journal.ReadRow;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.Usage;

/** Writes jobs into a journal as their entities would: events with the rows that follow of them. */
public final class FailingJobs {
  /** The job entity's own functions. */
  public static final Projector<JobEvent, Optional<Job>> PROJECTOR =
      new Projector<>() {
        private final JobLogic logic =
            new JobLogic(new RetryPolicy(1, Duration.ofSeconds(1), Duration.ofSeconds(1)));

        @Override
        public Optional<Job> empty(String entityId) {
          return logic.empty(entityId);
        }

        @Override
        public Optional<Job> evolve(Optional<Job> state, JobEvent event) {
          return logic.evolve(state, event);
        }

        @Override
        public Optional<ReadRow> row(Optional<Job> state) {
          return logic.row(state);
        }
      };

  private static final Instant AT = Examples.at(5);

  private final JournalHarness journal;
  private final Map<String, Optional<Job>> jobs = new HashMap<>();
  private final Map<String, Long> numbers = new HashMap<>();

  public FailingJobs(JournalHarness journal) {
    this.journal = journal;
  }

  /** Submitted, or retried by hand when it is there; in the queue. */
  public void submit(String name) {
    write(
        name,
        jobs.getOrDefault(name, Optional.empty()).isEmpty()
            ? Examples.submitted(name, 0)
            : new JobEvent.RetriedByHand(Optional.empty(), Optional.empty(), AT));
  }

  /** Runs and is given up: four events for a new job, the last of which is told of. */
  public void fail(String name, String message) {
    submit(name);
    int attempt = jobs.get(name).map(Job::attempt).orElse(0) + 1;
    Failure failure = new Failure(FailureClass.PERMANENT, message, "run");
    write(
        name,
        new JobEvent.Started(attempt, new refinery.protocol.NodeId("node-a"), 1, attempt, AT),
        new JobEvent.AttemptFailed(attempt, failure, Usage.NONE, List.of(), true, AT),
        new JobEvent.GivenUp(failure, AT));
  }

  public void write(String name, JobEvent... events) {
    Optional<Job> state = jobs.getOrDefault(name, Optional.empty());
    List<Object> recorded = new ArrayList<>();
    for (JobEvent event : events) {
      state = PROJECTOR.evolve(state, event);
      recorded.add(Examples.with(event, PROJECTOR.row(state).orElseThrow()));
    }
    long from = numbers.getOrDefault(name, 0L) + 1;
    try {
      journal
          .persist(JournalHarness.write("Job|job-" + name, from, recorded.toArray()))
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("cannot write " + name, e);
    }
    jobs.put(name, state);
    numbers.merge(name, (long) events.length, Long::sum);
  }
}
