package refinery.scheduling;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.protocol.JobId;
import refinery.protocol.job.JobCommand;

/**
 * Tells jobs when no present node could hold them, and when one can again. Each job is told on a
 * change only.
 */
final class Placeability {
  private final Packing packing;
  private final Outbox outbox;
  private final Set<JobId> told = new HashSet<>();
  private boolean due;

  Placeability(Packing packing, Outbox outbox) {
    this.packing = packing;
    this.outbox = outbox;
  }

  /** An earlier scheduler told this job that it is unplaceable. */
  void wasTold(JobId job) {
    told.add(job);
  }

  void announced(JobId job) {
    due |= packing.isUnplaceable(job);
  }

  void forget(JobId job) {
    told.remove(job);
  }

  boolean isDue() {
    return due;
  }

  void review() {
    due = false;
    Map<JobId, String> now = new HashMap<>();
    packing.unplaceable(now::put);
    now.forEach(
        (job, reason) -> {
          if (told.add(job)) {
            outbox.toJob(job, new JobCommand.SetPlaceable(Optional.of(reason)));
          }
        });
    told.removeIf(
        job -> {
          if (now.containsKey(job)) {
            return false;
          }
          outbox.toJob(job, new JobCommand.SetPlaceable(Optional.empty()));
          return true;
        });
  }

  int count() {
    return told.size();
  }
}
