package refinery.batch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pcollections.TreePMap;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.job.JobResult;

/**
 * What a batch has: what was downloaded, what met its needs, what was refined. Immutable.
 *
 * @param provided by role
 * @param awaited the need that nothing met when it was asked for: the batch waits to be offered
 *     something
 */
record Results(
    Optional<JobResult.Downloaded> downloaded,
    TreePMap<String, Provision> provided,
    Optional<Need> awaited,
    Optional<JobResult.Processed> processed) {

  private static final JobResult.Downloaded NO_FILES =
      new JobResult.Downloaded(List.of(), Map.of());

  /**
   * @param direct nothing has to be downloaded
   */
  static Results none(boolean direct) {
    return new Results(
        direct ? Optional.of(NO_FILES) : Optional.empty(),
        TreePMap.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The first that is not met. */
  Optional<Need> open(List<Need> needs) {
    return needs.stream().filter(need -> !provided.containsKey(need.role())).findFirst();
  }

  Results with(JobResult.Downloaded result) {
    return new Results(Optional.of(result), TreePMap.empty(), Optional.empty(), processed);
  }

  Results awaiting(Need need) {
    return new Results(downloaded, provided, Optional.of(need), processed);
  }

  Results with(Provision provision) {
    return new Results(
        downloaded, provided.plus(provision.role(), provision), Optional.empty(), processed);
  }

  /** What was provided may be outdated when it is asked for again. */
  Results seeking() {
    return new Results(downloaded, TreePMap.empty(), Optional.empty(), processed);
  }

  Results with(JobResult.Processed result) {
    return new Results(downloaded, provided, Optional.empty(), Optional.of(result));
  }
}
