package refinery.survey;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.entity.Logic;
import refinery.entity.Moment;
import refinery.journal.ReadRow;
import refinery.protocol.BatchId;
import refinery.protocol.Ids;
import refinery.protocol.Json;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Work;
import refinery.protocol.query.SurveyView;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyEvent;
import refinery.protocol.survey.SurveyReply;
import refinery.protocol.survey.SurveyState;

/** What a survey does with a command. */
public final class SurveyLogic
    implements Logic<SurveyCommand, SurveyEvent, SurveyLogic.Slot, SurveyEffect> {
  private static final SurveyCommand WAKE = new SurveyCommand.Wake();

  /** How many batches are registered, cancelled or retried at a time: natural flow control. */
  private static final int WINDOW = 200;

  private static final Resources JOB = Resources.of(0, 64L << 20, 0);

  /** The entity's id and, once created, its survey. */
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
      case SurveyCommand.JobAccepted accepted ->
          survey.jobAccepted()
              ? Decision.nothing()
              : Decision.persist(List.of(new SurveyEvent.JobAccepted(accepted.job(), now)));
      case SurveyCommand.Record record -> record(survey, record, now);
      case SurveyCommand.JobUpdate update -> jobUpdate(survey, update, now);
      case SurveyCommand.BatchRegistered registered ->
          survey.found().containsKey(registered.batch())
              ? Decision.persist(List.of(new SurveyEvent.BatchRegistered(registered.batch(), now)))
              : Decision.nothing();
      case SurveyCommand.BatchUpdate update -> batchUpdate(survey, update, now);
      case SurveyCommand.BatchCancelled told -> told(survey, told.batch(), now);
      case SurveyCommand.Cancel cancel -> cancel(survey, cancel, now);
      case SurveyCommand.Retry retry -> retry(survey, retry, now);
      case SurveyCommand.SetPriority priority -> setPriority(survey, priority, now);
      case SurveyCommand.Wake wake -> Decision.nothing();
      case SurveyCommand.Inspect inspect ->
          reply(
              inspect.replyTo(),
              new SurveyReply.State(
                  survey.id(), moment.sequenceNumber(), Json.MAPPER.valueToTree(view(survey))));
    };
  }

  private static Decision<SurveyEvent, SurveyEffect> absent(
      SurveyId id, SurveyCommand command, Instant now) {
    return switch (command) {
      case SurveyCommand.Create create ->
          Decision.<SurveyEvent, SurveyEffect>persist(
                  List.of(new SurveyEvent.Created(create.request(), Ids.surveyJob(id, 1), now)))
              .and(new SurveyEffect.Reply(create.replyTo(), new SurveyReply.Created(id, false)));
      case SurveyCommand.Record record -> notFound(id, record.replyTo());
      case SurveyCommand.Cancel cancel -> notFound(id, cancel.replyTo());
      case SurveyCommand.Retry retry -> notFound(id, retry.replyTo());
      case SurveyCommand.SetPriority priority -> notFound(id, priority.replyTo());
      case SurveyCommand.Inspect inspect -> notFound(id, inspect.replyTo());
      case SurveyCommand.JobAccepted ignored -> Decision.nothing();
      case SurveyCommand.JobUpdate ignored -> Decision.nothing();
      case SurveyCommand.BatchRegistered ignored -> Decision.nothing();
      case SurveyCommand.BatchUpdate ignored -> Decision.nothing();
      case SurveyCommand.BatchCancelled ignored -> Decision.nothing();
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

  private static Decision<SurveyEvent, SurveyEffect> record(
      Survey survey, SurveyCommand.Record record, Instant now) {
    SurveyEffect recorded =
        new SurveyEffect.Reply(
            record.replyTo(), new SurveyReply.Recorded(survey.id(), record.batches().size()));
    List<BatchSpec> news =
        record.batches().stream().filter(spec -> !survey.knows(spec.id())).toList();
    boolean wanted = survey.state() != SurveyState.CANCELLED && record.job().equals(survey.job());
    return news.isEmpty() || !wanted
        ? Decision.effect(recorded)
        : Decision.<SurveyEvent, SurveyEffect>persist(
                List.of(new SurveyEvent.BatchesFound(news, now)))
            .and(recorded);
  }

  private Decision<SurveyEvent, SurveyEffect> jobUpdate(
      Survey survey, SurveyCommand.JobUpdate update, Instant now) {
    SurveyEffect acknowledge =
        new SurveyEffect.AcknowledgeJob(update.job(), survey.id(), update.revision());
    if (!update.job().equals(survey.job()) || update.revision() <= survey.jobRevision()) {
      return Decision.effect(acknowledge);
    }
    SurveyEvent updated =
        new SurveyEvent.JobUpdated(update.job(), update.revision(), update.status(), now);
    return Decision.<SurveyEvent, SurveyEffect>persist(andFinish(survey, updated, now))
        .and(acknowledge);
  }

  private Decision<SurveyEvent, SurveyEffect> batchUpdate(
      Survey survey, SurveyCommand.BatchUpdate update, Instant now) {
    SurveyEffect acknowledge =
        new SurveyEffect.AcknowledgeBatch(update.batch(), survey.id(), update.revision());
    Survey.Told known = survey.batches().get(update.batch());
    boolean unknown = known == null && !survey.found().containsKey(update.batch());
    if (unknown || (known != null && known.revision() >= update.revision())) {
      return Decision.effect(acknowledge);
    }
    SurveyEvent updated =
        new SurveyEvent.BatchUpdated(update.batch(), update.revision(), update.state(), now);
    return Decision.<SurveyEvent, SurveyEffect>persist(andFinish(survey, updated, now))
        .and(acknowledge);
  }

  /**
   * The event, and {@code Finished} if it completes the survey, or changes how it has ended: of a
   * batch that was taken up and ended again, only the last state may come to be known.
   */
  private static List<SurveyEvent> andFinish(Survey survey, SurveyEvent event, Instant now) {
    Survey next = survey.evolve(event);
    if (next.state() == SurveyState.CANCELLED || !next.isComplete()) {
      return List.of(event);
    }
    SurveyEvent.Finished finished = finished(next, now);
    boolean known =
        next.state() == finished.state() && next.reason().orElse("").equals(finished.reason());
    return known ? List.of(event) : List.of(event, finished);
  }

  private static SurveyEvent.Finished finished(Survey survey, Instant now) {
    return switch (survey.phase()) {
      case FAILED ->
          new SurveyEvent.Finished(
              SurveyState.FAILED,
              survey
                  .jobFailure()
                  .map(failure -> failure.failureClass().word() + ": " + failure.message())
                  .orElse("the survey job failed"),
              now);
      case CANCELLED ->
          new SurveyEvent.Finished(SurveyState.FAILED, "the survey job was cancelled", now);
      case ACTIVE, SUCCEEDED ->
          survey.counts().failed() > 0
              ? new SurveyEvent.Finished(
                  SurveyState.DONE_WITH_FAILURES,
                  survey.counts().failed() + " of " + survey.batches().size() + " batches failed",
                  now)
              : new SurveyEvent.Finished(SurveyState.DONE, "", now);
    };
  }

  /**
   * A batch has confirmed what it was last asked. One that had failed is asked again until it tells
   * that it was taken up: were the word alone believed, the survey would end with it as failed.
   */
  private static Decision<SurveyEvent, SurveyEffect> told(
      Survey survey, BatchId batch, Instant now) {
    if (survey.cancelling().contains(batch)) {
      return Decision.persist(List.of(new SurveyEvent.BatchCancelled(batch, now)));
    }
    Survey.Told known = survey.batches().get(batch);
    boolean failed = known != null && known.state() == BatchState.FAILED;
    if (survey.retrying().contains(batch) && !failed) {
      return Decision.persist(andFinish(survey, new SurveyEvent.BatchRetried(batch, now), now));
    }
    return Decision.nothing();
  }

  private static Decision<SurveyEvent, SurveyEffect> cancel(
      Survey survey, SurveyCommand.Cancel cancel, Instant now) {
    SurveyEffect done = new SurveyEffect.Reply(cancel.replyTo(), new SurveyReply.Done(survey.id()));
    return survey.state().isTerminal()
        ? Decision.effect(done)
        : Decision.<SurveyEvent, SurveyEffect>persist(
                List.of(new SurveyEvent.Cancelled(cancel.reason(), now)))
            .and(done);
  }

  private static Decision<SurveyEvent, SurveyEffect> retry(
      Survey survey, SurveyCommand.Retry retry, Instant now) {
    SurveyEffect done = new SurveyEffect.Reply(retry.replyTo(), new SurveyReply.Done(survey.id()));
    boolean jobAgain =
        survey.phase() == Survey.Phase.FAILED || survey.phase() == Survey.Phase.CANCELLED;
    boolean whole = survey.state() == SurveyState.CANCELLED;
    List<BatchId> again =
        survey.batches().entrySet().stream()
            .filter(
                entry ->
                    entry.getValue().state() == BatchState.FAILED
                        || (whole
                            && survey.phase() != Survey.Phase.ACTIVE
                            && entry.getValue().state() == BatchState.CANCELLED))
            .map(Map.Entry::getKey)
            .toList();
    if (!jobAgain && again.isEmpty()) {
      return Decision.effect(done);
    }
    return Decision.<SurveyEvent, SurveyEffect>persist(
            List.of(new SurveyEvent.Retried(survey.job(), jobAgain, again, now)))
        .and(done);
  }

  private static Decision<SurveyEvent, SurveyEffect> setPriority(
      Survey survey, SurveyCommand.SetPriority command, Instant now) {
    SurveyEffect done =
        new SurveyEffect.Reply(command.replyTo(), new SurveyReply.Done(survey.id()));
    if (survey.request().priority() == command.priority()) {
      return Decision.effect(done);
    }
    List<BatchId> active =
        survey.batches().entrySet().stream()
            .filter(entry -> !entry.getValue().state().isTerminal())
            .map(Map.Entry::getKey)
            .toList();
    return new Decision<>(
        List.of(new SurveyEvent.PriorityChanged(command.priority(), now)),
        List.of(done, new SurveyEffect.PassOnPriority(survey.job(), active, command.priority())),
        List.of());
  }

  @Override
  public List<SurveyEffect> outstanding(Slot slot) {
    if (slot.survey().isEmpty()) {
      return List.of();
    }
    Survey survey = slot.survey().get();
    List<SurveyEffect> effects = new ArrayList<>();
    if (!survey.jobAccepted() && survey.state() == SurveyState.RUNNING) {
      effects.add(new SurveyEffect.Submit(job(survey)));
    }
    if (survey.jobCancelling() && survey.jobAccepted()) {
      effects.add(
          new SurveyEffect.CancelJob(survey.job(), survey.reason().orElse("survey cancelled")));
    }
    if (survey.jobRetrying()) {
      effects.add(new SurveyEffect.RetryJob(survey.job()));
    }
    survey.found().values().stream()
        .limit(WINDOW)
        .map(spec -> new SurveyEffect.Register(spec, survey.id(), survey.request().priority()))
        .forEach(effects::add);
    String why = survey.reason().orElse("survey cancelled");
    survey.cancelling().stream()
        .limit(WINDOW)
        .map(batch -> new SurveyEffect.CancelBatch(batch, survey.id(), why))
        .forEach(effects::add);
    survey.retrying().stream()
        .limit(WINDOW)
        .map(SurveyEffect.RetryBatch::new)
        .forEach(effects::add);
    return effects;
  }

  private static JobSpec job(Survey survey) {
    return new JobSpec(
        survey.job(),
        JobKind.SURVEY,
        Optional.of(survey.id()),
        List.of(),
        "",
        survey.request().priority(),
        0,
        JOB,
        new Work.Survey(
            survey.request().source(), survey.request().parameters(), survey.request().pipeline()),
        survey.createdAt());
  }

  @Override
  public Optional<ReadRow> row(Slot slot) {
    return slot.survey()
        .map(survey -> new ReadRow.Survey(view(survey), !outstanding(slot).isEmpty()));
  }

  private static SurveyView view(Survey survey) {
    return new SurveyView(
        survey.id(),
        survey.request().source(),
        survey.request().parameters(),
        survey.request().pipeline(),
        survey.request().priority(),
        survey.request().labels(),
        survey.state(),
        survey.reason(),
        survey.createdAt(),
        survey.finishedAt(),
        survey.job(),
        SurveyView.BatchCounts.NONE);
  }

  @Override
  public Optional<Instant> wakeAt(Slot slot) {
    return Optional.empty();
  }

  @Override
  public boolean isSettled(Slot slot) {
    return slot.survey().map(survey -> survey.state().isTerminal()).orElse(true);
  }

  @Override
  public SurveyCommand wake() {
    return WAKE;
  }
}
