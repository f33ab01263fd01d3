package refinery.job;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import refinery.protocol.BatchId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobSpec;

/**
 * What a job asks of the scheduler.
 *
 * @param resources as much as its next attempt reserves
 * @param priority the highest that an owner wants, or what a person has set since
 * @param queuedAt when it last entered the queue
 * @param wanted the priority that each owner wants which has not let the job go
 */
record Demand(Resources resources, int priority, Instant queuedAt, Map<BatchId, Integer> wanted) {

  Demand {
    wanted = Map.copyOf(wanted);
  }

  static Demand of(JobSpec spec, Instant at) {
    Demand demand = new Demand(spec.resources(), spec.priority(), at, Map.of());
    return demand.wantedBy(spec.batchIds(), spec.priority());
  }

  /** What that owner is known to want; else what the job has. */
  int priorityFor(List<BatchId> asking) {
    return asking.stream().findFirst().map(wanted::get).orElse(priority);
  }

  boolean isWantedBy(BatchId owner, int asked) {
    Integer known = wanted.get(owner);
    return known != null && known == asked;
  }

  Demand wantedBy(List<BatchId> owners, int asked) {
    Map<BatchId, Integer> all = new TreeMap<>(wanted);
    owners.forEach(owner -> all.put(owner, asked));
    return withWanted(all);
  }

  Demand noLongerWantedBy(BatchId owner) {
    Map<BatchId, Integer> rest = new TreeMap<>(wanted);
    rest.remove(owner);
    return withWanted(rest);
  }

  private Demand withWanted(Map<BatchId, Integer> all) {
    int highest = all.values().stream().mapToInt(Integer::intValue).max().orElse(priority);
    return new Demand(resources, highest, queuedAt, all);
  }

  Demand withPriority(int set) {
    return new Demand(resources, set, queuedAt, wanted);
  }

  Demand withResources(Resources next) {
    return new Demand(next, priority, queuedAt, wanted);
  }

  Demand queued(Instant at) {
    return new Demand(resources, priority, at, wanted);
  }
}
