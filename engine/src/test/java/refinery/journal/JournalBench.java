package refinery.journal;

import static refinery.journal.JournalHarness.write;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import refinery.database.Database;
import refinery.protocol.EntityKind;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobState;
import refinery.protocol.job.Usage;
import refinery.protocol.query.ReadModel.Filter;
import refinery.readmodel.SqlExecutor;
import refinery.readmodel.SqlNodeQueries;
import refinery.readmodel.SqlReadModel;

/**
 * Measures jobs of three acknowledged commands (submit, start, finish) through the journal with
 * their read rows, then what lists and counts cost beside 100,000 queued jobs. Arguments: jobs in
 * flight; default 16 256 1024.
 */
public final class JournalBench {
  private static final int JOBS = 10_000;
  private static final int QUEUED = 100_000;

  private JournalBench() {}

  public static void main(String[] arguments) throws Exception {
    List<Integer> inFlight =
        arguments.length == 0
            ? List.of(16, 256, 1024)
            : java.util.Arrays.stream(arguments).map(Integer::valueOf).toList();
    try (JournalHarness journal = new JournalHarness()) {
      System.out.printf("warm-up: %.0f jobs/s%n", jobs(journal, "w", JOBS, 256));
      for (int concurrent : inFlight) {
        System.out.printf(
            "%d in flight: %.0f jobs/s%n",
            concurrent, jobs(journal, "b" + concurrent + "x", JOBS, concurrent));
      }
      queue(journal);
      queries(journal);
    }
    System.exit(0);
  }

  /** One job after the other on {@code concurrent} chains. */
  private static double jobs(JournalHarness journal, String prefix, int count, int concurrent)
      throws Exception {
    Semaphore free = new Semaphore(concurrent);
    CountDownLatch done = new CountDownLatch(count);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      free.acquire();
      String name = prefix + i;
      var unused =
          submit(journal, name)
              .thenCompose(x -> start(journal, name))
              .thenCompose(x -> finish(journal, name))
              .whenComplete(
                  (x, thrown) -> {
                    failure.compareAndSet(null, thrown);
                    free.release();
                    done.countDown();
                  });
    }
    done.await();
    if (failure.get() != null) {
      throw new IllegalStateException(failure.get());
    }
    return count / ((System.nanoTime() - start) / 1e9);
  }

  private static CompletionStage<?> submit(JournalHarness journal, String name) {
    return journal.persist(
        write(
            "Job|job-" + name,
            1,
            Examples.with(Examples.submitted(name, 0), Examples.job(name, JobState.QUEUED, 0))));
  }

  private static CompletionStage<?> start(JournalHarness journal, String name) {
    return journal.persist(
        write(
            "Job|job-" + name,
            2,
            Examples.with(Examples.started(1), Examples.job(name, JobState.RUNNING, 0))));
  }

  private static CompletionStage<?> finish(JournalHarness journal, String name) {
    JobEvent succeeded =
        new JobEvent.AttemptSucceeded(
            1,
            new JobResult.Processed(List.of(), Map.of(), "", Optional.empty()),
            Usage.NONE,
            List.of(),
            Examples.at(2));
    return journal.persist(
        write(
            "Job|job-" + name,
            3,
            Examples.with(succeeded, Examples.job(name, JobState.SUCCEEDED, 0))));
  }

  private static void queue(JournalHarness journal) throws Exception {
    Semaphore free = new Semaphore(1024);
    long start = System.nanoTime();
    for (int i = 0; i < QUEUED; i++) {
      free.acquire();
      String name = "q" + i;
      var event = Examples.submitted(name, i);
      var unused =
          journal
              .persist(
                  write(
                      "Job|job-" + name,
                      1,
                      Examples.with(event, Examples.job(name, JobState.QUEUED, i))))
              .whenComplete((x, thrown) -> free.release());
    }
    free.acquire(1024);
    System.out.printf("queued: %.0f submissions/s%n", QUEUED / ((System.nanoTime() - start) / 1e9));
  }

  private static void queries(JournalHarness journal) throws Exception {
    try (SqlExecutor executor =
        new SqlExecutor(journal.database().dataSource(), Database.CONNECTIONS)) {
      SqlReadModel model = new SqlReadModel(executor);
      SqlNodeQueries queries = new SqlNodeQueries(executor);
      time("first page", () -> model.jobs(new Filter(Map.of(), 100, Optional.empty())));
      time(
          "queued jobs",
          () -> model.jobs(new Filter(Map.of("state", "queued"), 100, Optional.empty())));
      time(
          "queued processes",
          () ->
              model.jobs(
                  new Filter(Map.of("state", "queued", "kind", "process"), 100, Optional.empty())));
      time(
          "failed jobs (none)",
          () -> model.jobs(new Filter(Map.of("state", "failed"), 100, Optional.empty())));
      time("statistics", model::stats);
      time("1000 live jobs", () -> queries.liveJobs(Optional.empty(), 1000));
      time(
          "1000 jobs that are not settled",
          () -> queries.unsettled(EntityKind.JOB, Optional.empty(), 1000));
    }
  }

  private static void time(String what, Callable<CompletionStage<?>> query) throws Exception {
    double[] millis = new double[10];
    for (int i = 0; i < millis.length; i++) {
      long start = System.nanoTime();
      query.call().toCompletableFuture().get(60, TimeUnit.SECONDS);
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    double first = millis[0];
    java.util.Arrays.sort(millis);
    System.out.printf(
        "%s: %.1f ms median, %.1f least, %.1f first%n", what, millis[5], millis[0], first);
  }
}
