package refinery.survey;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import refinery.entity.Decision;
import refinery.entity.Logic;
import refinery.entity.Moment;
import refinery.journal.ReadRow;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Claim;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobStatus;
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
      case SurveyCommand.JobAccepted accepted -> jobAccepted(survey, accepted, now);
      case SurveyCommand.JobPriorityKnown known -> jobPriorityKnown(survey, known, now);
      case SurveyCommand.Record record -> record(survey, record, now);
      case SurveyCommand.JobUpdate update -> jobUpdate(survey, update, now);
      case SurveyCommand.BatchClaimed claimed -> batchClaimed(survey, claimed, now);
      case SurveyCommand.BatchUpdate update -> batchUpdate(survey, update, now);
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
    return news
        ? Decision.persist(List.of(new SurveyEvent.JobAccepted(job, accepted.priority(), now)))
        : Decision.nothing();
  }

  private static Decision<SurveyEvent, SurveyEffect> jobPriorityKnown(
      Survey survey, SurveyCommand.JobPriorityKnown known, Instant now) {
    boolean news =
        known.job().equals(survey.job().id())
            && survey.job().accepted()
            && !survey.job().priority().equals(OptionalInt.of(known.priority()));
    return news
        ? Decision.persist(
            List.of(new SurveyEvent.JobPriorityKnown(known.job(), known.priority(), now)))
        : Decision.nothing();
  }

  /** What is not taken in is not acknowledged: that job shall stop. */
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
            List.of(new SurveyEvent.BatchesFound(news, now)))
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
        ? Decision.<SurveyEvent, SurveyEffect>persist(andFinish(survey, updated, now))
            .and(acknowledge)
        : Decision.effect(acknowledge);
  }

  private static Decision<SurveyEvent, SurveyEffect> batchClaimed(
      Survey survey, SurveyCommand.BatchClaimed claimed, Instant now) {
    Claims claims = survey.claims();
    SurveyEvent event =
        new SurveyEvent.BatchClaimed(claimed.batch(), claimed.number(), claimed.standing(), now);
    return claims.answered(claimed.batch(), claimed.number(), claimed.standing()).equals(claims)
        ? Decision.nothing()
        : Decision.persist(andFinish(survey, event, now));
  }

  private static Decision<SurveyEvent, SurveyEffect> batchUpdate(
      Survey survey, SurveyCommand.BatchUpdate update, Instant now) {
    SurveyEffect acknowledge =
        new SurveyEffect.AcknowledgeBatch(
            update.batch(), survey.id(), update.standing().revision());
    Claims.Member known = survey.claims().members().get(update.batch());
    if (known != null && known.standing().revision() >= update.standing().revision()) {
      return Decision.effect(acknowledge);
    }
    SurveyEvent updated = new SurveyEvent.BatchUpdated(update.batch(), update.standing(), now);
    return Decision.<SurveyEvent, SurveyEffect>persist(andFinish(survey, updated, now))
        .and(acknowledge);
  }

  /**
   * The event, and {@code Finished} if it completes the survey, or changes how it has ended: of a
   * batch that was taken up and ended again, only the last state may come to be known.
   */
  private static List<SurveyEvent> andFinish(Survey survey, SurveyEvent event, Instant now) {
    Survey next = survey.evolve(event);
    if (next.isCancelled() || !next.isComplete()) {
      return List.of(event);
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
                List.of(new SurveyEvent.Cancelled(cancel.reason(), now)))
            .and(done);
  }

  /** Whatever was heard last: a cancelled survey is taken up whole, of others what failed. */
  private static Decision<SurveyEvent, SurveyEffect> retry(
      Survey survey, SurveyCommand.Retry retry, Instant now) {
    SurveyEffect done =
        new SurveyEffect.Reply(retry.replyTo(), new SurveyReply.Retried(survey.id()));
    SurveyJob job = survey.job();
    JobId next = job.afterRetry(survey.id());
    boolean jobAgain =
        next.equals(job.id())
            && (job.phase() == SurveyJob.Phase.FAILED || job.phase() == SurveyJob.Phase.CANCELLED);
    if (!survey.isCancelled() && !jobAgain && survey.claims().counts().failed() == 0) {
      return Decision.effect(done);
    }
    SurveyEvent retried = new SurveyEvent.Retried(next, jobAgain, now);
    return Decision.<SurveyEvent, SurveyEffect>persist(andFinish(survey, retried, now)).and(done);
  }

  private static Decision<SurveyEvent, SurveyEffect> setPriority(
      Survey survey, SurveyCommand.SetPriority command, Instant now) {
    SurveyEffect done =
        new SurveyEffect.Reply(command.replyTo(), new SurveyReply.PrioritySet(survey.id()));
    if (survey.priority() == command.priority()) {
      return Decision.effect(done);
    }
    return Decision.<SurveyEvent, SurveyEffect>persist(
            List.of(new SurveyEvent.PriorityChanged(command.priority(), now)))
        .and(done);
  }

  @Override
  public List<SurveyEffect> outstanding(Slot slot) {
    if (slot.survey().isEmpty()) {
      return List.of();
    }
    Survey survey = slot.survey().get();
    List<SurveyEffect> effects = new ArrayList<>();
    discovery(survey, survey.job(), effects);
    if (survey.job().isToHear(survey.priority())) {
      effects.add(new SurveyEffect.SetJobPriority(survey.job().id(), survey.priority()));
    }
    survey.former().values().forEach(job -> discovery(survey, job, effects));
    Claims claims = survey.claims();
    claims
        .unregistered()
        .map(found -> new SurveyEffect.Register(found.spec(), found.at(), claim(survey, true)))
        .forEach(effects::add);
    claims.due().stream()
        .limit(Claims.WINDOW)
        .map(id -> new SurveyEffect.ChangeClaim(id, claim(survey, claims.isRetryDue(id))))
        .forEach(effects::add);
    return effects;
  }

  /** A job that was sent is stopped only when it is there: its submission may still arrive. */
  private static void discovery(Survey survey, SurveyJob job, List<SurveyEffect> effects) {
    if (!job.accepted()) {
      effects.add(new SurveyEffect.Submit(spec(survey, job)));
    } else if (job.stopping() && job.phase() == SurveyJob.Phase.ACTIVE) {
      effects.add(new SurveyEffect.CancelJob(job.id(), why(survey)));
    } else if (job.retrying()) {
      effects.add(new SurveyEffect.RetryJob(job.id()));
    }
  }

  private static String why(Survey survey) {
    return survey.course().reason().orElse("survey cancelled");
  }

  private static Claim claim(Survey survey, boolean retry) {
    Claims claims = survey.claims();
    return new Claim(
        survey.id(),
        claims.number(),
        claims.wanted(),
        claims.wanted() && retry,
        survey.priority(),
        claims.wanted() ? "" : why(survey));
  }

  private static JobSpec spec(Survey survey, SurveyJob job) {
    return new JobSpec(
        job.id(),
        JobKind.SURVEY,
        Optional.of(survey.id()),
        List.of(),
        "",
        survey.priority(),
        0,
        JOB,
        new Work.Survey(
            survey.request().source(),
            survey.request().parameters(),
            survey.request().pipeline(),
            survey.request().pipelineParameters()),
        survey.course().createdAt());
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
        survey.request().pipelineParameters(),
        survey.priority(),
        survey.request().labels(),
        survey.state(),
        survey.course().reason(),
        survey.course().createdAt(),
        survey.course().finishedAt(),
        survey.job().id(),
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
