package refinery.survey;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.entity.Logic;
import refinery.entity.Moment;
import refinery.journal.ReadRow;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.Urgency;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyEvent;
import refinery.protocol.survey.SurveyReply;
import refinery.protocol.survey.SurveyState;

/** The behaviour of a survey: decides on each command. */
public final class SurveyLogic
    implements Logic<SurveyCommand, SurveyEvent, SurveyLogic.Slot, SurveyEffect> {
  private static final SurveyCommand WAKE = new SurveyCommand.Wake();

  /** The entity's id and, once it is created, the survey. */
  public record Slot(String entityId, Optional<Survey> survey) {
    SurveyId id() {
      return new SurveyId(entityId);
    }
  }

  @Override
  public Slot empty(String entityId) {
    return new Slot(entityId, Optional.empty());
  }

  @Override
  public Slot evolve(Slot slot, SurveyEvent event) {
    Optional<Survey> next =
        slot.survey()
            .map(survey -> survey.evolve(event))
            .or(
                () ->
                    event instanceof SurveyEvent.Created created
                        ? Optional.of(Survey.created(slot.id(), created))
                        : Optional.empty());
    return new Slot(slot.entityId(), next);
  }

  @Override
  public Decision<SurveyEvent, SurveyEffect> decide(
      Slot slot, SurveyCommand command, Moment moment) {
    if (slot.survey().isEmpty()) {
      return absent(slot.id(), command, moment.now());
    }
    Survey survey = slot.survey().get();
    Instant now = moment.now();
    return switch (command) {
      case SurveyCommand.Create create -> createAgain(survey, create);
      case SurveyCommand.JobAccepted accepted -> jobAccepted(survey, accepted, now);
      case SurveyCommand.JobPriorityKnown known -> jobPriorityKnown(survey, known, now);
      case SurveyCommand.Record record -> record(survey, record, now);
      case SurveyCommand.JobUpdate update -> jobUpdate(survey, update, now);
      case SurveyCommand.BatchClaimed claimed -> batchClaimed(survey, claimed, now);
      case SurveyCommand.BatchUpdate update -> batchUpdate(survey, update, now);
      case SurveyCommand.Cancel cancel -> cancel(survey, cancel, now);
      case SurveyCommand.Retry retry -> retry(survey, retry, now);
      case SurveyCommand.SetPriority priority -> setPriority(survey, priority, now);
      case SurveyCommand.Answer answer -> SurveyPlans.answer(survey, answer, now);
      case SurveyCommand.Wake wake -> Decision.nothing();
      case SurveyCommand.Inspect inspect ->
          reply(
              inspect.replyTo(),
              new SurveyReply.State(
                  survey.id(),
                  moment.sequenceNumber(),
                  Json.MAPPER.valueToTree(SurveyViews.view(survey))));
    };
  }

  private static Decision<SurveyEvent, SurveyEffect> absent(
      SurveyId id, SurveyCommand command, Instant now) {
    return switch (command) {
      case SurveyCommand.Create create ->
          Decision.<SurveyEvent, SurveyEffect>persist(
                  List.of(
                      new SurveyEvent.Created(
                          create.request(),
                          Ids.surveyJob(id, 1),
                          create.actor(),
                          now,
                          create.trace())))
              .and(new SurveyEffect.Reply(create.replyTo(), new SurveyReply.Created(id, false)));
      case SurveyCommand.Record record -> notFound(id, record.replyTo());
      case SurveyCommand.Cancel cancel -> notFound(id, cancel.replyTo());
      case SurveyCommand.Retry retry -> notFound(id, retry.replyTo());
      case SurveyCommand.SetPriority priority -> notFound(id, priority.replyTo());
      case SurveyCommand.Answer answer -> notFound(id, answer.replyTo());
      case SurveyCommand.Inspect inspect -> notFound(id, inspect.replyTo());
      case SurveyCommand.JobAccepted ignored -> Decision.nothing();
      case SurveyCommand.JobPriorityKnown ignored -> Decision.nothing();
      case SurveyCommand.JobUpdate ignored -> Decision.nothing();
      case SurveyCommand.BatchClaimed ignored -> Decision.nothing();
      case SurveyCommand.BatchUpdate ignored -> Decision.nothing();
      case SurveyCommand.Wake ignored -> Decision.nothing();
    };
  }

  private static Decision<SurveyEvent, SurveyEffect> notFound(
      SurveyId id, ActorRef<SurveyReply> replyTo) {
    return reply(replyTo, new SurveyReply.NotFound(id));
  }

  private static Decision<SurveyEvent, SurveyEffect> reply(
      ActorRef<SurveyReply> to, SurveyReply reply) {
    return Decision.effect(new SurveyEffect.Reply(to, reply));
  }

  private static Decision<SurveyEvent, SurveyEffect> createAgain(
      Survey survey, SurveyCommand.Create create) {
    SurveyReply answer =
        survey.request().equals(create.request())
            ? new SurveyReply.Created(survey.id(), true)
            : new SurveyReply.Rejected(survey.id(), "this id belongs to another request");
    return reply(create.replyTo(), answer);
  }

  private static Decision<SurveyEvent, SurveyEffect> jobAccepted(
      Survey survey, SurveyCommand.JobAccepted accepted, Instant now) {
    JobId job = accepted.job();
    boolean news =
        job.equals(survey.job().id())
            ? !survey.job().accepted()
            : survey.former().containsKey(job) && !survey.former().get(job).accepted();
    Urgency known = accepted.urgency();
    return news
        ? Decision.persist(
            List.of(new SurveyEvent.JobAccepted(job, known.priority(), known.number(), now)))
        : Decision.nothing();
  }

  private static Decision<SurveyEvent, SurveyEffect> jobPriorityKnown(
      Survey survey, SurveyCommand.JobPriorityKnown known, Instant now) {
    boolean news =
        known.job().equals(survey.job().id())
            && survey.job().isToHear(survey.urgency())
            && known.urgency().number() >= survey.urgency().number();
    return news
        ? Decision.persist(
            List.of(
                new SurveyEvent.JobPriorityKnown(
                    known.job(), known.urgency().priority(), known.urgency().number(), now)))
        : Decision.nothing();
  }

  /**
   * Takes in what the survey job found. A job that is not the present one, or whose survey is
   * cancelled, is refused and stops; but a repeat of known batches is acknowledged.
   */
  private static Decision<SurveyEvent, SurveyEffect> record(
      Survey survey, SurveyCommand.Record record, Instant now) {
    List<BatchSpec> news = record.batches().stream().filter(survey.claims()::isNews).toList();
    SurveyEffect recorded =
        new SurveyEffect.Reply(
            record.replyTo(), new SurveyReply.Recorded(survey.id(), record.batches().size()));
    if (news.isEmpty()) {
      return Decision.effect(recorded);
    }
    if (survey.isCancelled() || !record.job().equals(survey.job().id())) {
      String why = survey.isCancelled() ? "it was cancelled" : "another job discovers for it";
      return reply(record.replyTo(), new SurveyReply.Rejected(survey.id(), why));
    }
    return Decision.<SurveyEvent, SurveyEffect>persist(
            andItsEnd(survey, new SurveyEvent.BatchesFound(news, now), now))
        .and(recorded);
  }

  private static Decision<SurveyEvent, SurveyEffect> jobUpdate(
      Survey survey, SurveyCommand.JobUpdate update, Instant now) {
    SurveyEffect acknowledge =
        new SurveyEffect.AcknowledgeJob(update.job(), survey.id(), update.revision());
    SurveyEvent updated =
        new SurveyEvent.JobUpdated(update.job(), update.revision(), update.status(), now);
    boolean current = update.job().equals(survey.job().id());
    boolean news =
        current
            ? update.revision() > survey.job().revision()
            : survey.former().containsKey(update.job())
                && !(update.status() instanceof JobStatus.Active);
    return news
        ? Decision.<SurveyEvent, SurveyEffect>persist(andItsEnd(survey, updated, now))
            .and(acknowledge)
        : Decision.effect(acknowledge);
  }

  private static Decision<SurveyEvent, SurveyEffect> batchClaimed(
      Survey survey, SurveyCommand.BatchClaimed claimed, Instant now) {
    Claims claims = survey.claims();
    SurveyEvent.BatchClaimed event =
        new SurveyEvent.BatchClaimed(
            claimed.batch(), claimed.number(), claimed.foundAt(), claimed.standing(), now);
    return claims.answered(event).equals(claims)
        ? Decision.nothing()
        : Decision.persist(andItsEnd(survey, event, now));
  }

  private static Decision<SurveyEvent, SurveyEffect> batchUpdate(
      Survey survey, SurveyCommand.BatchUpdate update, Instant now) {
    SurveyEffect acknowledge =
        new SurveyEffect.AcknowledgeBatch(
            update.batch(), survey.id(), update.standing().revision(), survey.claims().over());
    Claims.Member known = survey.claims().members().get(update.batch());
    if (known != null && known.standing().revision() >= update.standing().revision()) {
      return Decision.effect(acknowledge);
    }
    SurveyEvent updated = new SurveyEvent.BatchUpdated(update.batch(), update.standing(), now);
    return Decision.<SurveyEvent, SurveyEffect>persist(andItsEnd(survey, updated, now))
        .and(acknowledge);
  }

  /**
   * The event and what follows from it. {@code Finished} if it completes the survey, or changes how
   * a completed one ended (of a batch that was taken up and ended again, the survey may hear only
   * the last state). {@code Reopened} if the survey had ended and now has something to find or to
   * tell.
   */
  static List<SurveyEvent> andItsEnd(Survey survey, SurveyEvent event, Instant now) {
    Survey next = survey.evolve(event);
    if (next.isCancelled() || next.state() == SurveyState.AWAITING_INPUT) {
      return List.of(event);
    }
    if (next.isPlanning() && next.isPlanned() && SurveyPlans.hasFoundAll(next)) {
      return SurveyPlans.asked(event, next, now);
    }
    boolean over = next.isPlanning() ? next.isPlanned() : next.isComplete();
    if (!over) {
      return next.state().isTerminal()
          ? List.of(event, new SurveyEvent.Reopened(now))
          : List.of(event);
    }
    SurveyEvent.Finished finished = finished(next, now);
    boolean known =
        next.state() == finished.state()
            && next.course().reason().orElse("").equals(finished.reason());
    return known ? List.of(event) : List.of(event, finished);
  }

  private static SurveyEvent.Finished finished(Survey survey, Instant now) {
    return switch (survey.job().phase()) {
      case FAILED ->
          new SurveyEvent.Finished(
              SurveyState.FAILED,
              survey
                  .job()
                  .failure()
                  .map(failure -> failure.failureClass().word() + ": " + failure.message())
                  .orElse("the survey job failed"),
              now);
      case CANCELLED ->
          new SurveyEvent.Finished(SurveyState.FAILED, "the survey job was cancelled", now);
      case ACTIVE, SUCCEEDED -> ended(survey.claims(), now);
    };
  }

  private static SurveyEvent.Finished ended(Claims claims, Instant now) {
    Claims.Counts counts = claims.counts();
    List<String> bad = new ArrayList<>();
    if (counts.failed() > 0) {
      bad.add(counts.failed() + " of " + claims.members().size() + " batches failed");
    }
    if (counts.cancelled() > 0) {
      bad.add(counts.cancelled() + " of " + claims.members().size() + " batches were cancelled");
    }
    return bad.isEmpty()
        ? new SurveyEvent.Finished(SurveyState.DONE, "", now)
        : new SurveyEvent.Finished(SurveyState.DONE_WITH_FAILURES, String.join(", ", bad), now);
  }

  private static Decision<SurveyEvent, SurveyEffect> cancel(
      Survey survey, SurveyCommand.Cancel cancel, Instant now) {
    SurveyEffect done =
        new SurveyEffect.Reply(cancel.replyTo(), new SurveyReply.Cancelled(survey.id()));
    return survey.state().isTerminal()
        ? Decision.effect(done)
        : Decision.<SurveyEvent, SurveyEffect>persist(
                List.of(new SurveyEvent.Cancelled(cancel.reason(), cancel.actor(), now)))
            .and(done);
  }

  /** A cancelled survey is taken up as a whole, any other one only with what failed. */
  private static Decision<SurveyEvent, SurveyEffect> retry(
      Survey survey, SurveyCommand.Retry retry, Instant now) {
    SurveyEffect done =
        new SurveyEffect.Reply(retry.replyTo(), new SurveyReply.Retried(survey.id()));
    SurveyJob job = survey.job();
    JobId next = job.afterRetry(survey.id());
    boolean jobAgain =
        next.equals(job.id())
            && (job.phase() == SurveyJob.Phase.FAILED || job.phase() == SurveyJob.Phase.CANCELLED);
    boolean batches = survey.claims().counts().failed() > 0 || survey.claims().goesOnForOthers();
    if (!survey.isCancelled() && !jobAgain && !batches) {
      return Decision.effect(done);
    }
    SurveyEvent retried = new SurveyEvent.Retried(next, jobAgain, retry.actor(), now);
    return Decision.<SurveyEvent, SurveyEffect>persist(andItsEnd(survey, retried, now)).and(done);
  }

  private static Decision<SurveyEvent, SurveyEffect> setPriority(
      Survey survey, SurveyCommand.SetPriority command, Instant now) {
    SurveyEffect done =
        new SurveyEffect.Reply(command.replyTo(), new SurveyReply.PrioritySet(survey.id()));
    if (survey.priority() == command.priority()) {
      return Decision.effect(done);
    }
    return Decision.<SurveyEvent, SurveyEffect>persist(
            List.of(new SurveyEvent.PriorityChanged(command.priority(), command.actor(), now)))
        .and(done);
  }

  @Override
  public List<SurveyEffect> outstanding(Slot slot) {
    return slot.survey().map(SurveyOutstanding::of).orElse(List.of());
  }

  @Override
  public Optional<ReadRow> row(Slot slot) {
    return slot.survey()
        .map(survey -> new ReadRow.Survey(SurveyViews.view(survey), !outstanding(slot).isEmpty()));
  }

  @Override
  public Optional<Instant> wakeAt(Slot slot) {
    return Optional.empty();
  }

  @Override
  public boolean isSettled(Slot slot) {
    return slot.survey()
        .map(survey -> survey.state().isTerminal() || survey.course().question().isPresent())
        .orElse(true);
  }

  @Override
  public SurveyCommand wake() {
    return WAKE;
  }
}
