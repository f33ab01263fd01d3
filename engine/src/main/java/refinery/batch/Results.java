package refinery.batch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.pcollections.TreePMap;
import refinery.protocol.BatchId;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.job.JobResult;

/**
 * What a batch has got so far: downloaded files, what met its needs, and its results. Immutable.
 *
 * @param provided by role, what met that need
 * @param observed by role, the byte in the list of inputs up to which the listed batches have
 *     answered that they will tell of changes
 * @param changed a batch whose output was used and has changed since, if there is one
 * @param awaited the need that nothing met when the batch asked; the batch waits for it
 */
record Results(
    Optional<JobResult.Downloaded> downloaded,
    TreePMap<String, Provision> provided,
    TreePMap<String, Long> observed,
    Optional<BatchId> changed,
    Optional<Need> awaited,
    Optional<JobResult.Processed> processed) {

  private static final JobResult.Downloaded NO_FILES =
      new JobResult.Downloaded(List.of(), Map.of());

  /**
   * @param direct true when nothing has to be downloaded
   */
  static Results none(boolean direct) {
    return new Results(
        direct ? Optional.of(NO_FILES) : Optional.empty(),
        TreePMap.empty(),
        TreePMap.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The first of these needs that is not met. */
  Optional<Need> open(List<Need> needs) {
    return needs.stream().filter(need -> !provided.containsKey(need.role())).findFirst();
  }

  long observed(String role) {
    return observed.getOrDefault(role, 0L);
  }

  /** The lists of inputs of which some batches have not answered yet. */
  List<Provision.All> unobserved() {
    return provided.values().stream()
        .flatMap(
            provision ->
                switch (provision) {
                  case Provision.One one -> Stream.empty();
                  case Provision.All all -> Stream.of(all);
                })
        .filter(all -> observed(all.role()) < all.inputs().length())
        .toList();
  }

  Results with(JobResult.Downloaded result) {
    return wanting(Optional.of(result), processed);
  }

  /** Forgets what met the needs, since it may be out of date when the batch asks again. */
  Results seeking() {
    return wanting(downloaded, processed);
  }

  private static Results wanting(
      Optional<JobResult.Downloaded> downloaded, Optional<JobResult.Processed> processed) {
    return new Results(
        downloaded,
        TreePMap.empty(),
        TreePMap.empty(),
        Optional.empty(),
        Optional.empty(),
        processed);
  }

  Results awaiting(Need need) {
    return new Results(downloaded, provided, observed, changed, Optional.of(need), processed);
  }

  Results with(Provision provision) {
    return new Results(
        downloaded,
        provided.plus(provision.role(), provision),
        observed.minus(provision.role()),
        changed,
        Optional.empty(),
        processed);
  }

  Results observed(String role, long upTo, Optional<BatchId> other) {
    return new Results(
        downloaded,
        provided,
        observed.plus(role, upTo),
        changed.or(() -> other),
        awaited,
        processed);
  }

  Results changed(BatchId member) {
    return new Results(downloaded, provided, observed, Optional.of(member), awaited, processed);
  }

  Results with(JobResult.Processed result) {
    return new Results(
        downloaded, provided, observed, changed, Optional.empty(), Optional.of(result));
  }
}
