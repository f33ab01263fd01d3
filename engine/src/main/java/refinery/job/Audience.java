package refinery.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobStatus;

/**
 * The owners of a job, and what each of them knows of its status.
 *
 * @param survey the survey that a survey job works for; empty for other jobs
 * @param owners all batches that ever wanted the job, in the order they came
 * @param released batches that need nothing of it any more; a batch may be here before it was an
 *     owner
 * @param informed by listener, the revision that it acknowledged
 * @param revision of the status, raised with each new one; 0 while there is none
 */
record Audience(
    Optional<SurveyId> survey,
    List<BatchId> owners,
    Set<BatchId> released,
    Map<String, Long> informed,
    long revision,
    Optional<JobStatus> status) {

  Audience {
    owners = List.copyOf(owners);
    released = Set.copyOf(released);
    informed = Map.copyOf(informed);
  }

  static Audience of(JobSpec spec) {
    Optional<SurveyId> survey = spec.kind() == JobKind.SURVEY ? spec.surveyId() : Optional.empty();
    List<BatchId> owners = spec.batchIds().stream().distinct().toList();
    return new Audience(survey, owners, Set.of(), Map.of(), 0, Optional.empty());
  }

  /**
   * The ids of those that are told of the status: the survey, or the batches that have not let go.
   */
  List<String> listeners() {
    return survey
        .map(id -> List.of(id.value()))
        .orElseGet(() -> owners.stream().filter(this::needsIt).map(BatchId::value).toList());
  }

  private boolean needsIt(BatchId owner) {
    return !released.contains(owner);
  }

  /** Listeners that have not acknowledged the status. */
  List<String> uninformed() {
    return status.isEmpty()
        ? List.of()
        : listeners().stream().filter(listener -> knows(listener) < revision).toList();
  }

  /** True when a listener acknowledges a revision that exists and that it had not acknowledged. */
  boolean isNews(String listener, long acknowledged) {
    return acknowledged <= revision
        && knows(listener) < acknowledged
        && listeners().contains(listener);
  }

  private long knows(String listener) {
    return informed.getOrDefault(listener, 0L);
  }

  /** True for the id of the survey, or of a batch that has not let the job go. */
  boolean isOwner(String id) {
    return listeners().contains(id);
  }

  boolean hasReleased(BatchId batch) {
    return released.contains(batch);
  }

  /** True when the job had batches and all of them have let it go. */
  boolean isLetGo() {
    return !owners.isEmpty() && released.containsAll(owners);
  }

  /** True when no other batch still needs the job. */
  boolean isLast(BatchId batch) {
    return owners.contains(batch)
        && owners.stream().allMatch(owner -> owner.equals(batch) || released.contains(owner));
  }

  /** These batches become owners, even if they let go before; they are told the status again. */
  Audience joined(List<BatchId> batches) {
    List<BatchId> all = new ArrayList<>(owners);
    batches.stream().filter(batch -> !all.contains(batch)).forEach(all::add);
    Set<BatchId> rest = new TreeSet<>(released);
    batches.forEach(rest::remove);
    Map<String, Long> known = new TreeMap<>(informed);
    batches.forEach(batch -> known.remove(batch.value()));
    return new Audience(survey, all, rest, known, revision, status);
  }

  Audience released(BatchId batch) {
    Set<BatchId> all = new TreeSet<>(released);
    all.add(batch);
    return new Audience(survey, owners, all, informed, revision, status);
  }

  Audience informed(String listener, long acknowledged) {
    Map<String, Long> known = new TreeMap<>(informed);
    known.merge(listener, acknowledged, Math::max);
    return new Audience(survey, owners, released, known, revision, status);
  }

  Audience told(JobStatus next) {
    return new Audience(survey, owners, released, informed, revision + 1, Optional.of(next));
  }
}
