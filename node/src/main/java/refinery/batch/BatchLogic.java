package refinery.batch;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.entity.Logic;
import refinery.entity.Moment;
import refinery.journal.ReadRow;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobStatus;

/** What a batch does with a command. State is empty until it was registered. */
public final class BatchLogic
    implements Logic<BatchCommand, BatchEvent, Optional<Batch>, BatchEffect> {
  private static final BatchCommand WAKE = new BatchCommand.Wake();
  private static final BatchId NOBODY = new BatchId(BatchId.PREFIX + "unknown");

  private final BatchJobs jobs;

  public BatchLogic(JobPlanner planner) {
    this.jobs = new BatchJobs(planner);
  }

  @Override
  public Optional<Batch> empty(String entityId) {
    return Optional.empty();
  }

  @Override
  public Optional<Batch> evolve(Optional<Batch> state, BatchEvent event) {
    return state
        .map(batch -> batch.evolve(event))
        .or(
            () ->
                event instanceof BatchEvent.Registered registered
                    ? Optional.of(Batch.registered(registered))
                    : Optional.empty());
  }

  @Override
  public Decision<BatchEvent, BatchEffect> decide(
      Optional<Batch> state, BatchCommand command, Moment moment) {
    if (state.isEmpty()) {
      return absent(command, moment.now());
    }
    Batch batch = state.get();
    Instant now = moment.now();
    return switch (command) {
      case BatchCommand.Register register -> register(batch, register, now);
      case BatchCommand.JobAccepted accepted -> accepted(batch, accepted.job(), now);
      case BatchCommand.RawDataGone gone -> rawDataGone(batch, gone.job(), now);
      case BatchCommand.JobUpdate update -> jobUpdate(batch, update, now);
      case BatchCommand.SurveyAcknowledged known -> surveyAcknowledged(batch, known, now);
      case BatchCommand.RawDataReleased released ->
          batch.lettingGo().contains(released.job())
              ? Decision.persist(List.of(new BatchEvent.RawDataReleased(released.job(), now)))
              : Decision.nothing();
      case BatchCommand.Reprocess reprocess -> reprocess(batch, reprocess, now);
      case BatchCommand.Retry retry -> retry(batch, retry, now);
      case BatchCommand.Cancel cancel -> cancel(batch, cancel, now);
      case BatchCommand.SetPriority priority -> setPriority(batch, priority.priority(), now);
      case BatchCommand.Wake wake -> Decision.nothing();
      case BatchCommand.Inspect inspect ->
          reply(
              inspect.replyTo(),
              new BatchReply.State(
                  batch.spec().id(),
                  moment.sequenceNumber(),
                  Json.MAPPER.valueToTree(BatchViews.view(batch))));
    };
  }

  private static Decision<BatchEvent, BatchEffect> absent(BatchCommand command, Instant now) {
    return switch (command) {
      case BatchCommand.Register register ->
          Decision.<BatchEvent, BatchEffect>persist(
                  List.of(
                      new BatchEvent.Registered(
                          register.spec(), register.survey(), register.priority(), now)))
              .and(registered(register));
      case BatchCommand.Reprocess reprocess -> notFound(reprocess.replyTo());
      case BatchCommand.Retry retry -> notFound(retry.replyTo());
      case BatchCommand.Cancel cancel -> notFound(cancel.replyTo());
      case BatchCommand.Inspect inspect -> notFound(inspect.replyTo());
      case BatchCommand.JobAccepted ignored -> Decision.nothing();
      case BatchCommand.RawDataGone ignored -> Decision.nothing();
      case BatchCommand.JobUpdate ignored -> Decision.nothing();
      case BatchCommand.SurveyAcknowledged ignored -> Decision.nothing();
      case BatchCommand.RawDataReleased ignored -> Decision.nothing();
      case BatchCommand.SetPriority ignored -> Decision.nothing();
      case BatchCommand.Wake ignored -> Decision.nothing();
    };
  }

  private static Decision<BatchEvent, BatchEffect> notFound(ActorRef<BatchReply> replyTo) {
    return reply(replyTo, new BatchReply.NotFound(NOBODY));
  }

  private static Decision<BatchEvent, BatchEffect> reply(
      ActorRef<BatchReply> to, BatchReply reply) {
    return Decision.effect(new BatchEffect.Reply(to, reply));
  }

  private static BatchEffect registered(BatchCommand.Register register) {
    return new BatchEffect.Reply(
        register.replyTo(), new BatchReply.Registered(register.spec().id()));
  }

  /** A new survey that wants a batch that failed, or was cancelled by a person, takes it up. */
  private static Decision<BatchEvent, BatchEffect> register(
      Batch batch, BatchCommand.Register register, Instant now) {
    if (batch.informed().containsKey(register.survey())) {
      return Decision.effect(registered(register));
    }
    List<BatchEvent> events = new ArrayList<>();
    events.add(new BatchEvent.SurveyJoined(register.survey(), now));
    boolean asked = register.spec().skip().isEmpty();
    if (batch.state() == BatchState.FAILED) {
      batch.failedJob().ifPresent(job -> events.add(new BatchEvent.Resumed(job, 0, now)));
    } else if (batch.state() == BatchState.CANCELLED && asked) {
      events.add(new BatchEvent.ReprocessRequested(batch.processGeneration() + 1, now));
    }
    return Decision.<BatchEvent, BatchEffect>persist(events).and(registered(register));
  }

  private static Decision<BatchEvent, BatchEffect> accepted(Batch batch, JobId job, Instant now) {
    if (!batch.wants(job)) {
      return batch.lettingGo().contains(job)
          ? Decision.nothing()
          : Decision.persist(List.of(new BatchEvent.JobUnwanted(job, now)));
    }
    if (batch.downloadJob().filter(job::equals).isPresent() && !batch.downloadAccepted()) {
      return Decision.persist(List.of(new BatchEvent.DownloadAccepted(job, now)));
    }
    if (batch.processJob().equals(job)
        && batch.state() == BatchState.DOWNLOADED
        && !batch.processAccepted()) {
      return Decision.persist(List.of(new BatchEvent.ProcessAccepted(job, now)));
    }
    return Decision.nothing();
  }

  private static Decision<BatchEvent, BatchEffect> rawDataGone(
      Batch batch, JobId job, Instant now) {
    boolean current =
        batch.downloadJob().filter(job::equals).isPresent()
            && (batch.state() == BatchState.QUEUED || batch.retrying());
    if (!current) {
      return Decision.nothing();
    }
    int next = batch.downloadGeneration() + 1;
    return Decision.persist(
        List.of(
            new BatchEvent.DownloadRequested(
                Ids.downloadJob(batch.spec().downloadGroup(), next), next, now)));
  }

  private static Decision<BatchEvent, BatchEffect> jobUpdate(
      Batch batch, BatchCommand.JobUpdate update, Instant now) {
    BatchEffect acknowledge =
        new BatchEffect.Acknowledge(update.job(), batch.spec().id(), update.revision());
    if (batch.seen().getOrDefault(update.job(), 0L) >= update.revision()) {
      return Decision.effect(acknowledge);
    }
    List<BatchEvent> events =
        batch.wants(update.job())
            ? List.of(meaning(batch, update, now))
            : List.of(
                new BatchEvent.JobNoted(update.job(), update.revision(), now),
                new BatchEvent.JobUnwanted(update.job(), now));
    return Decision.<BatchEvent, BatchEffect>persist(events).and(acknowledge);
  }

  private static BatchEvent meaning(Batch batch, BatchCommand.JobUpdate update, Instant now) {
    BatchEvent noted = new BatchEvent.JobNoted(update.job(), update.revision(), now);
    boolean isDownload = batch.downloadJob().filter(update.job()::equals).isPresent();
    boolean isProcess = batch.processJob().equals(update.job());
    if (batch.state() == BatchState.DONE) {
      return noted;
    }
    return switch (update.status()) {
      case JobStatus.Active active -> new BatchEvent.Resumed(update.job(), update.revision(), now);
      case JobStatus.Succeeded succeeded ->
          switch (succeeded.result()) {
            case JobResult.Downloaded downloaded when isDownload ->
                new BatchEvent.Downloaded(
                    update.job(), update.revision(), downloaded, batch.processJob(), now);
            case JobResult.Processed processed when isProcess ->
                new BatchEvent.Processed(update.job(), update.revision(), processed, now);
            case JobResult.Downloaded other -> noted;
            case JobResult.Processed other -> noted;
            case JobResult.Surveyed other -> noted;
          };
      case JobStatus.Failed failed ->
          new BatchEvent.Failed(update.job(), update.revision(), failed.failure(), now);
      case JobStatus.Cancelled cancelled ->
          new BatchEvent.Failed(
              update.job(),
              update.revision(),
              Failure.of(FailureClass.PERMANENT, "its job was cancelled: " + cancelled.reason()),
              now);
    };
  }

  private static Decision<BatchEvent, BatchEffect> surveyAcknowledged(
      Batch batch, BatchCommand.SurveyAcknowledged known, Instant now) {
    Long informed = batch.informed().get(known.survey());
    return informed != null && informed < known.revision() && known.revision() <= batch.revision()
        ? Decision.persist(
            List.of(new BatchEvent.SurveyInformed(known.survey(), known.revision(), now)))
        : Decision.nothing();
  }

  private static Decision<BatchEvent, BatchEffect> reprocess(
      Batch batch, BatchCommand.Reprocess command, Instant now) {
    BatchReply done = new BatchReply.Done(batch.spec().id());
    if (!batch.state().isTerminal()) {
      return reply(
          command.replyTo(),
          new BatchReply.Rejected(
              batch.spec().id(), "it is " + batch.state().word() + "; wait for its end or cancel"));
    }
    return Decision.<BatchEvent, BatchEffect>persist(
            List.of(new BatchEvent.ReprocessRequested(batch.processGeneration() + 1, now)))
        .and(new BatchEffect.Reply(command.replyTo(), done));
  }

  private static Decision<BatchEvent, BatchEffect> retry(
      Batch batch, BatchCommand.Retry command, Instant now) {
    BatchEffect done =
        new BatchEffect.Reply(command.replyTo(), new BatchReply.Done(batch.spec().id()));
    boolean byHand = batch.state() == BatchState.CANCELLED && batch.spec().skip().isEmpty();
    if (batch.state() == BatchState.FAILED && batch.failedJob().isPresent()) {
      return Decision.<BatchEvent, BatchEffect>persist(
              List.of(new BatchEvent.Resumed(batch.failedJob().get(), 0, now)))
          .and(done);
    }
    return byHand
        ? Decision.<BatchEvent, BatchEffect>persist(
                List.of(new BatchEvent.ReprocessRequested(batch.processGeneration() + 1, now)))
            .and(done)
        : Decision.effect(done);
  }

  private static Decision<BatchEvent, BatchEffect> cancel(
      Batch batch, BatchCommand.Cancel cancel, Instant now) {
    BatchEffect done =
        new BatchEffect.Reply(cancel.replyTo(), new BatchReply.Done(batch.spec().id()));
    if (!batch.informed().containsKey(cancel.survey()) || batch.state().isTerminal()) {
      return Decision.effect(done);
    }
    boolean wantedByOthers =
        batch.informed().keySet().stream().anyMatch(id -> !id.equals(cancel.survey()));
    BatchEvent event =
        wantedByOthers
            ? new BatchEvent.SurveyLeft(cancel.survey(), now)
            : new BatchEvent.Cancelled(cancel.reason(), now);
    return Decision.<BatchEvent, BatchEffect>persist(List.of(event)).and(done);
  }

  private static Decision<BatchEvent, BatchEffect> setPriority(
      Batch batch, int priority, Instant now) {
    if (batch.priority() == priority || batch.state().isTerminal()) {
      return Decision.nothing();
    }
    List<BatchEffect> passOn =
        batch.jobs().stream()
            .<BatchEffect>map(job -> new BatchEffect.PassOnPriority(job, priority))
            .toList();
    return new Decision<>(
        List.of(new BatchEvent.PriorityChanged(priority, now)), passOn, List.of());
  }

  @Override
  public List<BatchEffect> outstanding(Optional<Batch> state) {
    if (state.isEmpty()) {
      return List.of();
    }
    Batch batch = state.get();
    List<BatchEffect> effects = new ArrayList<>();
    if (batch.state() == BatchState.QUEUED && !batch.downloadAccepted()) {
      batch
          .downloadJob()
          .ifPresent(job -> effects.add(new BatchEffect.Submit(jobs.download(batch))));
    }
    if (batch.state() == BatchState.DOWNLOADED && !batch.processAccepted()) {
      effects.add(new BatchEffect.Submit(jobs.process(batch)));
    }
    if (batch.retrying()) {
      batch.failedJob().ifPresent(job -> effects.add(new BatchEffect.RetryJob(job)));
    }
    for (JobId job : batch.lettingGo()) {
      effects.add(new BatchEffect.LetGo(job, batch.spec().id()));
    }
    batch.informed().entrySet().stream()
        .filter(entry -> entry.getValue() < batch.revision())
        .map(entry -> inform(batch, entry.getKey()))
        .forEach(effects::add);
    return effects;
  }

  private static BatchEffect inform(Batch batch, SurveyId survey) {
    return new BatchEffect.Inform(survey, batch.spec().id(), batch.revision(), batch.state());
  }

  @Override
  public Optional<ReadRow> row(Optional<Batch> state) {
    return state.map(
        batch -> new ReadRow.Batch(BatchViews.view(batch), !outstanding(state).isEmpty()));
  }

  @Override
  public Optional<Instant> wakeAt(Optional<Batch> state) {
    return Optional.empty();
  }

  @Override
  public boolean isSettled(Optional<Batch> state) {
    return state.isEmpty() || state.get().state().isTerminal();
  }

  @Override
  public BatchCommand wake() {
    return WAKE;
  }
}
