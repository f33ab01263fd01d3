package refinery.job;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import refinery.protocol.Resources;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Urgency;

/**
 * What a job asks the scheduler for.
 *
 * @param resources what its next attempt reserves
 * @param priority the highest that an owner wants, or what a person has set after that
 * @param queuedAt when it last entered the queue
 * @param wanted by owner id, the priority that it wants; removed when the owner lets the job go
 */
record Demand(Resources resources, int priority, Instant queuedAt, Map<String, Urgency> wanted) {

  Demand {
    wanted = Map.copyOf(wanted);
  }

  static Demand of(JobSpec spec, long number, Instant at) {
    Demand demand = new Demand(spec.resources(), spec.priority(), at, Map.of());
    return demand.wantedBy(Audience.of(spec).listeners(), new Urgency(spec.priority(), number));
  }

  /**
   * What the first of these owners wants, as far as it is known; otherwise the job's priority, not
   * numbered.
   */
  Urgency known(List<String> owners) {
    return owners.stream().findFirst().map(wanted::get).orElse(new Urgency(priority, 0));
  }

  /** True when this is newer than what is known of the owner. */
  boolean isNews(String owner, Urgency said) {
    Urgency known = wanted.get(owner);
    return known == null || said.isNewerThan(known);
  }

  Demand wantedBy(List<String> owners, Urgency said) {
    Map<String, Urgency> all = new TreeMap<>(wanted);
    owners.forEach(owner -> all.put(owner, said));
    return withWanted(all);
  }

  Demand noLongerWantedBy(String owner) {
    Map<String, Urgency> rest = new TreeMap<>(wanted);
    rest.remove(owner);
    return withWanted(rest);
  }

  private Demand withWanted(Map<String, Urgency> all) {
    int highest = all.values().stream().mapToInt(Urgency::priority).max().orElse(priority);
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
