package refinery.survey;

import java.util.Optional;
import java.util.OptionalInt;
import refinery.protocol.Failure;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.job.JobStatus;

/**
 * The job that discovers for a survey, as far as the survey knows. Immutable.
 *
 * @param accepted the job entity has it
 * @param priority that it is known to have, once accepted; empty when unknown
 * @param revision of the status last taken in
 * @param stopping it was told to stop: it is never retried, a new generation takes its place
 * @param retrying it has ended, must be retried, and has not said yet that it is
 */
record SurveyJob(
    JobId id,
    int generation,
    boolean accepted,
    OptionalInt priority,
    long revision,
    Phase phase,
    Optional<Failure> failure,
    boolean stopping,
    boolean retrying) {

  enum Phase {
    ACTIVE,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    static Phase of(JobStatus status) {
      return switch (status) {
        case JobStatus.Active again -> ACTIVE;
        case JobStatus.Succeeded succeeded -> SUCCEEDED;
        case JobStatus.Failed failure -> FAILED;
        case JobStatus.Cancelled cancelled -> CANCELLED;
      };
    }
  }

  static SurveyJob generation(JobId id, int generation) {
    return new SurveyJob(
        id,
        generation,
        false,
        OptionalInt.empty(),
        0,
        Phase.ACTIVE,
        Optional.empty(),
        false,
        false);
  }

  SurveyJob accepted(int known) {
    return new SurveyJob(
        id, generation, true, OptionalInt.of(known), revision, phase, failure, stopping, retrying);
  }

  SurveyJob updated(long newRevision, JobStatus status) {
    return new SurveyJob(
        id,
        generation,
        true,
        priority,
        newRevision,
        Phase.of(status),
        status instanceof JobStatus.Failed failed
            ? Optional.of(failed.failure())
            : Optional.empty(),
        stopping,
        false);
  }

  /** Told to stop, if it has not ended or was asked to go on. */
  SurveyJob stopped() {
    return new SurveyJob(
        id,
        generation,
        accepted,
        priority,
        revision,
        phase,
        failure,
        stopping || phase == Phase.ACTIVE || retrying,
        false);
  }

  SurveyJob retried() {
    return new SurveyJob(
        id, generation, accepted, priority, revision, phase, failure, stopping, true);
  }

  /** Whether this priority matters to it and is not known to it. */
  boolean isToHear(int wanted) {
    return accepted && !hasEnded() && !stopping && !priority.equals(OptionalInt.of(wanted));
  }

  boolean hasEnded() {
    return phase != Phase.ACTIVE && !retrying;
  }

  /**
   * What discovers after a retry: this job again, or after a stop the next one. A stop may still be
   * on its way and would end whatever carries this id.
   */
  JobId afterRetry(SurveyId survey) {
    return stopping && phase != Phase.SUCCEEDED ? Ids.surveyJob(survey, generation + 1) : id;
  }
}
