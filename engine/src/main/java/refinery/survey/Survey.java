package refinery.survey;

import java.time.Instant;
import java.util.Optional;
import org.pcollections.TreePMap;
import refinery.protocol.Actor;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.job.Urgency;
import refinery.protocol.survey.PlanAnswer;
import refinery.protocol.survey.Question;
import refinery.protocol.survey.SurveyEvent;
import refinery.protocol.survey.SurveyRequest;
import refinery.protocol.survey.SurveyState;
import refinery.protocol.trace.TraceContext;

/**
 * The whole state of a survey, made from its events. Immutable.
 *
 * @param request the request as it was posted
 * @param urgency the present priority and its number
 * @param job the survey job
 * @param former earlier survey jobs that were told to stop and have not ended yet
 */
public record Survey(
    SurveyId id,
    SurveyRequest request,
    Urgency urgency,
    Course course,
    SurveyJob job,
    TreePMap<JobId, SurveyJob> former,
    Claims claims) {

  /**
   * The state of a survey, and why it is in it.
   *
   * @param actor who last posted, cancelled, retried, reprioritised or answered the survey
   * @param question what it asks while it waits for the answer
   * @param trace what asked for the survey
   */
  record Course(
      SurveyState state,
      Optional<String> reason,
      Optional<Actor> actor,
      Instant createdAt,
      Optional<Instant> finishedAt,
      Optional<Question> question,
      Optional<TraceContext> trace) {
    static Course begun(SurveyEvent.Created event) {
      return new Course(
          SurveyState.RUNNING,
          Optional.empty(),
          event.actor(),
          event.at(),
          Optional.empty(),
          Optional.empty(),
          event.trace());
    }

    Course running() {
      return new Course(
          SurveyState.RUNNING,
          Optional.empty(),
          actor,
          createdAt,
          Optional.empty(),
          Optional.empty(),
          trace);
    }

    Course asking(Question what) {
      return new Course(
          SurveyState.AWAITING_INPUT,
          Optional.empty(),
          actor,
          createdAt,
          Optional.empty(),
          Optional.of(what),
          trace);
    }

    Course by(Optional<Actor> who) {
      return new Course(state, reason, who, createdAt, finishedAt, question, trace);
    }

    /**
     * The survey runs again because its job or a batch does. A cancelled survey stays cancelled
     * until it is retried, and one that asks waits until it is answered.
     */
    Course goesOn() {
      return state == SurveyState.CANCELLED || state == SurveyState.AWAITING_INPUT
          ? this
          : running();
    }

    Course ended(SurveyState as, String why, Instant at) {
      return new Course(
          as,
          Optional.of(why).filter(text -> !text.isEmpty()),
          actor,
          createdAt,
          Optional.of(at),
          Optional.empty(),
          trace);
    }
  }

  static Survey created(SurveyId id, SurveyEvent.Created event) {
    return new Survey(
        id,
        event.request(),
        Urgency.first(event.request().priority()),
        Course.begun(event),
        SurveyJob.generation(event.job(), 1),
        TreePMap.empty(),
        event.request().plan() ? Claims.planning() : Claims.NONE);
  }

  int priority() {
    return urgency.priority();
  }

  public SurveyState state() {
    return course.state();
  }

  boolean isCancelled() {
    return course.state() == SurveyState.CANCELLED;
  }

  /** True when nothing is left to find, to wait for or to tell. */
  boolean isComplete() {
    return job.hasEnded() && claims.isComplete();
  }

  /** True while nothing may begin, because its plan was not answered yet. */
  boolean isPlanning() {
    return claims.wish().held();
  }

  /** True when its source was searched and every batch knows that it is planned. */
  boolean isPlanned() {
    return job.hasEnded() && claims.isAnswered();
  }

  Survey evolve(SurveyEvent event) {
    return switch (event) {
      case SurveyEvent.Created created -> this;
      case SurveyEvent.JobAccepted accepted -> accepted(accepted.job(), accepted.number());
      case SurveyEvent.JobPriorityKnown known -> accepted(known.job(), known.number());
      case SurveyEvent.BatchesFound found ->
          with(claims.found(found.batches(), found.at()).reopened());
      case SurveyEvent.BatchClaimed claimed ->
          with(claims.answered(claimed))
              .goesOnUnless(isPlanning() || claimed.standing().state().isTerminal());
      case SurveyEvent.BatchUpdated updated ->
          with(claims.heard(updated.batch(), 0, updated.standing()))
              .goesOnUnless(isPlanning() || updated.standing().state().isTerminal());
      case SurveyEvent.JobUpdated updated -> jobUpdated(updated);
      case SurveyEvent.Cancelled cancelled ->
          new Survey(
              id,
              request,
              urgency,
              course
                  .ended(SurveyState.CANCELLED, cancelled.reason(), cancelled.at())
                  .by(cancelled.actor()),
              job.stopped(),
              former,
              claims.letGo());
      case SurveyEvent.Retried retried -> retried(retried);
      case SurveyEvent.PriorityChanged changed -> reprioritised(changed);
      case SurveyEvent.Finished finished ->
          with(claims.ended())
              .with(course.ended(finished.state(), finished.reason(), finished.at()));
      case SurveyEvent.InputAsked asked -> with(course.asking(asked.question()));
      case SurveyEvent.Answered answered ->
          with(claims.chosen(PlanAnswer.of(answered.input())))
              .with(course.running().by(answered.actor()));
      case SurveyEvent.Reopened reopened -> with(claims.reopened()).with(course.running());
    };
  }

  private Survey with(Claims next) {
    return new Survey(id, request, urgency, course, job, former, next);
  }

  private Survey with(Course next) {
    return new Survey(id, request, urgency, next, job, former, claims);
  }

  private Survey goesOnUnless(boolean ended) {
    return ended ? this : with(course.goesOn());
  }

  private Survey accepted(JobId accepted, long known) {
    return accepted.equals(job.id())
        ? new Survey(id, request, urgency, course, job.accepted(known), former, claims)
        : new Survey(
            id,
            request,
            urgency,
            course,
            job,
            former.plus(accepted, former.get(accepted).accepted(known)),
            claims);
  }

  private Survey jobUpdated(SurveyEvent.JobUpdated event) {
    if (!event.job().equals(job.id())) {
      return new Survey(id, request, urgency, course, job, former.minus(event.job()), claims);
    }
    SurveyJob next = job.updated(event.revision(), event.status());
    boolean active = next.phase() == SurveyJob.Phase.ACTIVE;
    return new Survey(
            id, request, urgency, course, next, former, active ? claims.reopened() : claims)
        .goesOnUnless(!active);
  }

  private Survey retried(SurveyEvent.Retried event) {
    boolean another = !event.job().equals(job.id());
    Claims again = isCancelled() ? claims.takeUpAll() : claims.takeUpFailed();
    return new Survey(
        id,
        request,
        urgency,
        course.running().by(event.actor()),
        another
            ? SurveyJob.generation(event.job(), job.generation() + 1)
            : event.jobAgain() ? job.retried() : job,
        another && !job.hasEnded() ? former.plus(job.id(), job) : former,
        another || event.jobAgain() ? again.searchedAnew() : again);
  }

  private Survey reprioritised(SurveyEvent.PriorityChanged event) {
    return new Survey(
        id,
        request,
        urgency.changedTo(event.priority()),
        course.by(event.actor()),
        job,
        former,
        course.state().isTerminal() ? claims : claims.reprioritised());
  }
}
