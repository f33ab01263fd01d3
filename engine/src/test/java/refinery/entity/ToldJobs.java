package refinery.entity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobStatus;

/**
 * The jobs of a generated history as whoever they work for hears of them: what one says comes late
 * and twice, but it says only what a job may. A success is never left.
 */
public final class ToldJobs {
  private static final BatchId OTHER = new BatchId("batch-other");

  private final Map<JobId, List<JobStatus>> statuses = new TreeMap<>();

  /** A status, and its number among all that its job ever had. */
  public record Update(long revision, JobStatus status) {}

  /** The job may have been submitted. */
  public void submitted(JobId job) {
    statuses.putIfAbsent(job, new ArrayList<>());
  }

  public boolean isEmpty() {
    return statuses.isEmpty();
  }

  public JobId any(Random random) {
    return new ArrayList<>(statuses.keySet()).get(random.nextInt(statuses.size()));
  }

  public boolean knows(JobId job) {
    return statuses.containsKey(job);
  }

  /** It has had these, of which it tells the last. */
  public Update told(JobId job, JobStatus... all) {
    statuses.put(job, new ArrayList<>(List.of(all)));
    return new Update(all.length, all[all.length - 1]);
  }

  /** Its next status, or one that it has told already. */
  public Update update(JobId job, JobResult result, Random random) {
    List<JobStatus> all = statuses.get(job);
    boolean over = !all.isEmpty() && all.getLast() instanceof JobStatus.Succeeded;
    if (all.isEmpty() || (!over && random.nextInt(4) != 0)) {
      boolean active = all.isEmpty() || all.getLast() instanceof JobStatus.Active;
      all.add(active ? end(result, random) : again(result, random));
    }
    int revision = random.nextInt(4) == 0 ? 1 + random.nextInt(all.size()) : all.size();
    return new Update(revision, all.get(revision - 1));
  }

  /** A download may be so for the sake of another batch. */
  private static JobStatus again(JobResult result, Random random) {
    return new JobStatus.Active(
        Optional.of(OTHER)
            .filter(other -> result instanceof JobResult.Downloaded && random.nextBoolean()));
  }

  private static JobStatus end(JobResult result, Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> new JobStatus.Cancelled("by a person");
      case 1 -> new JobStatus.Failed(Failure.of(FailureClass.PERMANENT, "chance"));
      default -> new JobStatus.Succeeded(result);
    };
  }
}
