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
 * Whom a job works for, and what they know of it.
 *
 * @param survey that a survey job works for
 * @param owners the batches that it ever worked for, in the order they came
 * @param released batches that need nothing of it any more; one may not have joined yet
 * @param informed listeners and the revision they acknowledged
 * @param revision of the status; 0 while there is nothing to tell
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

  /** Whoever is told of the status: the batches that still care, or the survey. */
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

  boolean isNews(String listener, long acknowledged) {
    return acknowledged <= revision
        && knows(listener) < acknowledged
        && listeners().contains(listener);
  }

  private long knows(String listener) {
    return informed.getOrDefault(listener, 0L);
  }

  boolean isOwner(BatchId batch) {
    return owners.contains(batch) && needsIt(batch);
  }

  boolean hasReleased(BatchId batch) {
    return released.contains(batch);
  }

  /** Whether all batches that it worked for have let it go. */
  boolean isLetGo() {
    return !owners.isEmpty() && released.containsAll(owners);
  }

  boolean isLast(BatchId batch) {
    return owners.contains(batch)
        && owners.stream().allMatch(owner -> owner.equals(batch) || released.contains(owner));
  }

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
