package refinery.survey;

import java.time.Instant;
import java.util.Optional;
import org.pcollections.TreePMap;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.survey.SurveyEvent;
import refinery.protocol.survey.SurveyRequest;
import refinery.protocol.survey.SurveyState;

/**
 * A survey's whole truth, as its events made it. Immutable.
 *
 * @param request as it was posted
 * @param priority as it is now
 * @param former survey jobs that were told to stop and have not ended yet
 */
public record Survey(
    SurveyId id,
    SurveyRequest request,
    int priority,
    Course course,
    SurveyJob job,
    TreePMap<JobId, SurveyJob> former,
    Claims claims) {

  /** Where it stands, and why. */
  record Course(
      SurveyState state, Optional<String> reason, Instant createdAt, Optional<Instant> finishedAt) {
    Course running() {
      return new Course(SurveyState.RUNNING, Optional.empty(), createdAt, Optional.empty());
    }

    /** Taken up again from outside, unless it is cancelled: that stays until it is retried. */
    Course goesOn() {
      return state == SurveyState.CANCELLED ? this : running();
    }

    Course ended(SurveyState as, String why, Instant at) {
      return new Course(
          as, Optional.of(why).filter(text -> !text.isEmpty()), createdAt, Optional.of(at));
    }
  }

  static Survey created(SurveyId id, SurveyEvent.Created event) {
    return new Survey(
        id,
        event.request(),
        event.request().priority(),
        new Course(SurveyState.RUNNING, Optional.empty(), event.at(), Optional.empty()),
        SurveyJob.generation(event.job(), 1),
        TreePMap.empty(),
        Claims.NONE);
  }

  public SurveyState state() {
    return course.state();
  }

  boolean isCancelled() {
    return course.state() == SurveyState.CANCELLED;
  }

  /** Whether everything has ended: nothing to find, to wait for or to tell. */
  boolean isComplete() {
    return job.hasEnded() && claims.isComplete();
  }

  Survey evolve(SurveyEvent event) {
    return switch (event) {
      case SurveyEvent.Created created -> this;
      case SurveyEvent.JobAccepted accepted -> accepted(accepted.job(), accepted.priority());
      case SurveyEvent.JobPriorityKnown known -> accepted(known.job(), known.priority());
      case SurveyEvent.BatchesFound found -> with(claims.found(found.batches(), found.at()));
      case SurveyEvent.BatchClaimed claimed ->
          with(claims.answered(claimed.batch(), claimed.number(), claimed.standing()))
              .goesOnUnless(claimed.standing().state().isTerminal());
      case SurveyEvent.BatchUpdated updated ->
          with(claims.heard(updated.batch(), 0, updated.standing()))
              .goesOnUnless(updated.standing().state().isTerminal());
      case SurveyEvent.JobUpdated updated -> jobUpdated(updated);
      case SurveyEvent.Cancelled cancelled ->
          new Survey(
              id,
              request,
              priority,
              course.ended(SurveyState.CANCELLED, cancelled.reason(), cancelled.at()),
              job.stopped(),
              former,
              claims.letGo());
      case SurveyEvent.Retried retried -> retried(retried);
      case SurveyEvent.PriorityChanged changed -> reprioritised(changed.priority());
      case SurveyEvent.Finished finished ->
          with(course.ended(finished.state(), finished.reason(), finished.at()));
    };
  }

  private Survey with(Claims next) {
    return new Survey(id, request, priority, course, job, former, next);
  }

  private Survey with(Course next) {
    return new Survey(id, request, priority, next, job, former, claims);
  }

  private Survey goesOnUnless(boolean ended) {
    return ended ? this : with(course.goesOn());
  }

  private Survey accepted(JobId accepted, int known) {
    return accepted.equals(job.id())
        ? new Survey(id, request, priority, course, job.accepted(known), former, claims)
        : new Survey(
            id,
            request,
            priority,
            course,
            job,
            former.plus(accepted, former.get(accepted).accepted(known)),
            claims);
  }

  private Survey jobUpdated(SurveyEvent.JobUpdated event) {
    if (!event.job().equals(job.id())) {
      return new Survey(id, request, priority, course, job, former.minus(event.job()), claims);
    }
    SurveyJob next = job.updated(event.revision(), event.status());
    return new Survey(id, request, priority, course, next, former, claims)
        .goesOnUnless(next.phase() != SurveyJob.Phase.ACTIVE);
  }

  private Survey retried(SurveyEvent.Retried event) {
    boolean another = !event.job().equals(job.id());
    return new Survey(
        id,
        request,
        priority,
        course.running(),
        another
            ? SurveyJob.generation(event.job(), job.generation() + 1)
            : event.jobAgain() ? job.retried() : job,
        another && !job.hasEnded() ? former.plus(job.id(), job) : former,
        isCancelled() ? claims.takeUpAll() : claims.takeUpFailed());
  }

  private Survey reprioritised(int changed) {
    return new Survey(
        id,
        request,
        changed,
        course,
        job,
        former,
        course.state().isTerminal() ? claims : claims.reprioritised());
  }
}
