package refinery.batch;

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
import refinery.protocol.batch.Claim;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobStatus;

/** What a batch does with a command. State is empty until it was registered. */
public final class BatchLogic
    implements Logic<BatchCommand, BatchEvent, Optional<Batch>, BatchEffect> {
  private static final BatchCommand WAKE = new BatchCommand.Wake();

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
      return absent(command, moment);
    }
    Batch batch = state.get();
    Instant now = moment.now();
    return switch (command) {
      case BatchCommand.Register register ->
          claim(batch, register.claim(), described(batch, register, now), register.replyTo(), now);
      case BatchCommand.ChangeClaim change ->
          claim(batch, change.claim(), List.of(), change.replyTo(), now);
      case BatchCommand.JobAccepted accepted -> accepted(batch, accepted, now);
      case BatchCommand.JobPriorityKnown known ->
          batch.current().filter(known.job()::equals).isPresent()
                  && !batch.jobPriority().equals(OptionalInt.of(known.priority()))
              ? Decision.persist(
                  List.of(new BatchEvent.JobPriorityKnown(known.job(), known.priority(), now)))
              : Decision.nothing();
      case BatchCommand.RawDataGone gone -> rawDataGone(batch, gone.job(), now);
      case BatchCommand.JobUpdate update -> jobUpdate(batch, update, now);
      case BatchCommand.SurveyAcknowledged known -> surveyAcknowledged(batch, known, now);
      case BatchCommand.RawDataReleased released ->
          batch.lettingGo().contains(released.job())
              ? Decision.persist(List.of(new BatchEvent.RawDataReleased(released.job(), now)))
              : Decision.nothing();
      case BatchCommand.Reprocess reprocess -> reprocess(batch, reprocess, now);
      case BatchCommand.Retry retry -> retry(batch, retry, now);
      case BatchCommand.LetRawDataGo letGo -> letRawDataGo(batch, letGo, now);
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

  private static Decision<BatchEvent, BatchEffect> absent(BatchCommand command, Moment moment) {
    BatchId id = new BatchId(moment.entityId());
    return switch (command) {
      case BatchCommand.Register register -> register(register, moment.now());
      case BatchCommand.ChangeClaim change -> notFound(id, change.replyTo());
      case BatchCommand.Reprocess reprocess -> notFound(id, reprocess.replyTo());
      case BatchCommand.Retry retry -> notFound(id, retry.replyTo());
      case BatchCommand.LetRawDataGo letGo -> notFound(id, letGo.replyTo());
      case BatchCommand.Inspect inspect -> notFound(id, inspect.replyTo());
      case BatchCommand.JobAccepted ignored -> Decision.nothing();
      case BatchCommand.JobPriorityKnown ignored -> Decision.nothing();
      case BatchCommand.RawDataGone ignored -> Decision.nothing();
      case BatchCommand.JobUpdate ignored -> Decision.nothing();
      case BatchCommand.SurveyAcknowledged ignored -> Decision.nothing();
      case BatchCommand.RawDataReleased ignored -> Decision.nothing();
      case BatchCommand.Wake ignored -> Decision.nothing();
    };
  }

  private static Decision<BatchEvent, BatchEffect> notFound(
      BatchId id, ActorRef<BatchReply> replyTo) {
    return reply(replyTo, new BatchReply.NotFound(id));
  }

  private static Decision<BatchEvent, BatchEffect> reply(
      ActorRef<BatchReply> to, BatchReply reply) {
    return Decision.effect(new BatchEffect.Reply(to, reply));
  }

  private static Decision<BatchEvent, BatchEffect> register(
      BatchCommand.Register register, Instant now) {
    BatchEvent.Registered made =
        new BatchEvent.Registered(register.spec(), register.foundAt(), now);
    List<BatchEvent> events = new ArrayList<>(List.of(made));
    Batch next = claimed(Batch.registered(made), register.claim(), events, now);
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(kept(next, register.claim().survey(), register.replyTo()));
  }

  private static BatchEffect kept(Batch batch, SurveyId survey, ActorRef<BatchReply> replyTo) {
    return new BatchEffect.Reply(
        replyTo,
        new BatchReply.Claimed(
            batch.spec().id(), batch.observers().get(survey).claim().number(), batch.standing()));
  }

  /** News only when the source said so later than what is known. */
  private static List<BatchEvent> described(
      Batch batch, BatchCommand.Register register, Instant now) {
    return register.foundAt().isAfter(batch.describedAt())
            && !register.spec().equals(batch.newest())
        ? List.of(new BatchEvent.Described(register.spec(), register.foundAt(), now))
        : List.of();
  }

  private static Decision<BatchEvent, BatchEffect> claim(
      Batch batch,
      Claim claim,
      List<BatchEvent> described,
      ActorRef<BatchReply> replyTo,
      Instant now) {
    Batch.Observer known = batch.observers().get(claim.survey());
    if (known != null && known.claim().number() >= claim.number()) {
      return Decision.effect(kept(batch, claim.survey(), replyTo));
    }
    List<BatchEvent> events = new ArrayList<>();
    Batch next = batch;
    for (BatchEvent event : described) {
      next = add(events, next, event);
    }
    next = claimed(next, claim, events, now);
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(kept(next, claim.survey(), replyTo));
  }

  /** A survey that wants a batch takes it up; when none wants it any more, it is cancelled. */
  private static Batch claimed(Batch batch, Claim claim, List<BatchEvent> events, Instant now) {
    Batch next = add(events, batch, new BatchEvent.SurveyClaimed(claim, now));
    Optional<BatchEvent> follows =
        claim.wanted() ? takenUp(next, claim, now) : letGo(next, claim, now);
    return follows.isPresent() ? add(events, next, follows.get()) : next;
  }

  private static Batch add(List<BatchEvent> events, Batch batch, BatchEvent event) {
    events.add(event);
    return batch.evolve(event);
  }

  private static Optional<BatchEvent> letGo(Batch batch, Claim claim, Instant now) {
    return batch.isWanted() || batch.state().isTerminal()
        ? Optional.empty()
        : Optional.of(new BatchEvent.Cancelled(claim.reason(), now));
  }

  /** What has not begun begins anew when the source offers other files. */
  private static Optional<BatchEvent> takenUp(Batch batch, Claim claim, Instant now) {
    return switch (batch.state()) {
      case CANCELLED ->
          Optional.of(anew(batch, now)).filter(event -> batch.spec().skip().isEmpty());
      case QUEUED, DOWNLOADED ->
          Optional.of(anew(batch, now)).filter(event -> batch.otherFilesOffered());
      case FAILED -> claim.retry() ? Optional.of(resumed(batch, now)) : Optional.empty();
      case DOWNLOADING, PROCESSING, DONE -> Optional.empty();
    };
  }

  private static BatchEvent anew(Batch batch, Instant now) {
    return new BatchEvent.ReprocessRequested(batch.processGeneration() + 1, now);
  }

  /**
   * With the job that failed; anew when that was let go with its raw data, or when the source
   * offers other files: the job would ask for the old ones.
   */
  private static BatchEvent resumed(Batch batch, Instant now) {
    return batch
        .failedJob()
        .filter(job -> !batch.otherFilesOffered())
        .<BatchEvent>map(job -> new BatchEvent.Resumed(job, 0, now))
        .orElseGet(() -> anew(batch, now));
  }

  /** The answer of a submission; a priority that changed meanwhile is passed on. */
  private static Decision<BatchEvent, BatchEffect> accepted(
      Batch batch, BatchCommand.JobAccepted accepted, Instant now) {
    JobId job = accepted.job();
    int priority = accepted.priority();
    if (!batch.wants(job)) {
      return batch.lettingGo().contains(job)
          ? Decision.nothing()
          : Decision.persist(List.of(new BatchEvent.JobUnwanted(job, now)));
    }
    boolean download = batch.downloadJob().filter(job::equals).isPresent();
    if (download && !batch.downloadAccepted()) {
      return Decision.persist(List.of(new BatchEvent.DownloadAccepted(job, priority, now)));
    }
    boolean process = batch.processJob().equals(job) && batch.state() == BatchState.DOWNLOADED;
    return process && !batch.processAccepted()
        ? Decision.persist(List.of(new BatchEvent.ProcessAccepted(job, priority, now)))
        : Decision.nothing();
  }

  private static Decision<BatchEvent, BatchEffect> rawDataGone(
      Batch batch, JobId job, Instant now) {
    if (batch.processJob().equals(job) && batch.retrying()) {
      return Decision.persist(List.of(anew(batch, now)));
    }
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
            ? andAnew(batch, meaning(batch, update, now), now)
            : List.of(
                new BatchEvent.JobNoted(update.job(), update.revision(), now),
                new BatchEvent.JobUnwanted(update.job(), now));
    return Decision.<BatchEvent, BatchEffect>persist(events).and(acknowledge);
  }

  /** What failed may have failed because the source offers other files since. */
  private static List<BatchEvent> andAnew(Batch batch, BatchEvent event, Instant now) {
    return event instanceof BatchEvent.Failed && batch.otherFilesOffered()
        ? List.of(event, anew(batch, now))
        : List.of(event);
  }

  private static BatchEvent meaning(Batch batch, BatchCommand.JobUpdate update, Instant now) {
    BatchEvent noted = new BatchEvent.JobNoted(update.job(), update.revision(), now);
    boolean isDownload = batch.downloadJob().filter(update.job()::equals).isPresent();
    boolean isProcess = batch.processJob().equals(update.job());
    if (batch.state() == BatchState.DONE || batch.lettingGo().contains(update.job())) {
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
    Batch.Observer observer = batch.observers().get(known.survey());
    return observer != null
            && observer.informed() < known.revision()
            && known.revision() <= batch.revision()
        ? Decision.persist(
            List.of(new BatchEvent.SurveyInformed(known.survey(), known.revision(), now)))
        : Decision.nothing();
  }

  private static Decision<BatchEvent, BatchEffect> reprocess(
      Batch batch, BatchCommand.Reprocess command, Instant now) {
    BatchReply done = new BatchReply.Reprocessing(batch.spec().id());
    if (!batch.state().isTerminal()) {
      return reply(
          command.replyTo(),
          new BatchReply.Rejected(
              batch.spec().id(), "it is " + batch.state().word() + "; wait for its end or cancel"));
    }
    return Decision.<BatchEvent, BatchEffect>persist(List.of(anew(batch, now)))
        .and(new BatchEffect.Reply(command.replyTo(), done));
  }

  private static Decision<BatchEvent, BatchEffect> retry(
      Batch batch, BatchCommand.Retry command, Instant now) {
    BatchEffect done =
        new BatchEffect.Reply(command.replyTo(), new BatchReply.Retried(batch.spec().id()));
    boolean byHand = batch.state() == BatchState.CANCELLED && batch.spec().skip().isEmpty();
    if (batch.state() == BatchState.FAILED) {
      return Decision.<BatchEvent, BatchEffect>persist(List.of(resumed(batch, now))).and(done);
    }
    return byHand
        ? Decision.<BatchEvent, BatchEffect>persist(List.of(anew(batch, now))).and(done)
        : Decision.effect(done);
  }

  /** With the raw data goes the job that would run on it. */
  private static Decision<BatchEvent, BatchEffect> letRawDataGo(
      Batch batch, BatchCommand.LetRawDataGo command, Instant now) {
    BatchId id = batch.spec().id();
    if (batch.state() != BatchState.FAILED || batch.updatedAt().isAfter(command.failedBefore())) {
      String why =
          "it is " + batch.state().word() + "; only a failed batch keeps raw data for later";
      return reply(command.replyTo(), new BatchReply.Rejected(id, why));
    }
    List<BatchEvent> events = new ArrayList<>();
    batch
        .downloadJob()
        .filter(job -> batch.downloadAccepted())
        .ifPresent(job -> events.add(new BatchEvent.JobUnwanted(job, now)));
    if (batch.processAccepted()) {
      events.add(new BatchEvent.JobUnwanted(batch.processJob(), now));
    }
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(new BatchEffect.Reply(command.replyTo(), new BatchReply.RawDataLetGo(id)));
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
    batch
        .current()
        .filter(job -> !batch.jobPriority().equals(OptionalInt.of(batch.priority())))
        .map(job -> new BatchEffect.PassOnPriority(job, batch.spec().id(), batch.priority()))
        .ifPresent(effects::add);
    for (JobId job : batch.lettingGo()) {
      effects.add(new BatchEffect.LetGo(job, batch.spec().id(), batch.kindOf(job)));
    }
    batch.observers().values().stream()
        .filter(observer -> observer.claim().wanted() && observer.informed() < batch.revision())
        .map(
            observer ->
                new BatchEffect.Inform(
                    observer.claim().survey(), batch.spec().id(), batch.standing()))
        .forEach(effects::add);
    return effects;
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
