package refinery.survey;

import java.util.Optional;
import refinery.protocol.Failure;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.Urgency;

/**
 * The job that searches a source for a survey, as far as the survey knows it. Immutable.
 *
 * @param accepted true when the job is known to exist
 * @param heard the number of the priority that the job knows to be wanted; 0: unknown
 * @param revision of the last status that was taken in
 * @param stopping true when it was told to stop; it is then never retried, and a new generation
 *     takes its place
 * @param retrying true when it had ended and is asked to go on, until it says that it does
 */
record SurveyJob(
    JobId id,
    int generation,
    boolean accepted,
    long heard,
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
    return new SurveyJob(id, generation, false, 0, 0, Phase.ACTIVE, Optional.empty(), false, false);
  }

  SurveyJob accepted(long known) {
    return new SurveyJob(id, generation, true, known, revision, phase, failure, stopping, retrying);
  }

  SurveyJob updated(long newRevision, JobStatus status) {
    return new SurveyJob(
        id,
        generation,
        true,
        heard,
        newRevision,
        Phase.of(status),
        status instanceof JobStatus.Failed failed
            ? Optional.of(failed.failure())
            : Optional.empty(),
        stopping,
        false);
  }

  /** Marks the job as told to stop, unless it has ended for good. */
  SurveyJob stopped() {
    return new SurveyJob(
        id,
        generation,
        accepted,
        heard,
        revision,
        phase,
        failure,
        stopping || phase == Phase.ACTIVE || retrying,
        false);
  }

  SurveyJob retried() {
    return new SurveyJob(id, generation, accepted, heard, revision, phase, failure, stopping, true);
  }

  /** True when the job is to be told this priority. */
  boolean isToHear(Urgency wanted) {
    return accepted && !hasEnded() && !stopping && heard < wanted.number();
  }

  boolean hasEnded() {
    return phase != Phase.ACTIVE && !retrying;
  }

  /**
   * The id of the job that searches after a retry: this one again, or the next generation if this
   * one was told to stop. The order to stop may still be under way and would end any job with this
   * id.
   */
  JobId afterRetry(SurveyId survey) {
    return stopping && phase != Phase.SUCCEEDED ? Ids.surveyJob(survey, generation + 1) : id;
  }
}
