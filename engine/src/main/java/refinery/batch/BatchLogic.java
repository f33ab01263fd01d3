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
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Need;

/**
 * The behaviour of a batch. Its state is empty until it is registered. This class says what is
 * outstanding and who decides on each command.
 */
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
      case BatchCommand.Register register -> BatchClaims.registeredAgain(batch, register, now);
      case BatchCommand.ChangeClaim change -> BatchClaims.changed(batch, change, now);
      case BatchCommand.Acknowledged known -> BatchObservers.acknowledged(batch, known, now);
      case BatchCommand.Observe observe -> BatchObservers.observe(batch, observe, now);
      case BatchCommand.MembersAnswered answer -> BatchObservers.answered(batch, answer, now);
      case BatchCommand.MemberUpdate update -> BatchObservers.told(batch, update, now);
      case BatchCommand.JobAccepted accepted -> BatchUpdates.accepted(batch, accepted, now);
      case BatchCommand.JobPriorityKnown known -> BatchUpdates.priorityKnown(batch, known, now);
      case BatchCommand.RawDataGone gone -> BatchUpdates.rawDataGone(batch, gone.job(), now);
      case BatchCommand.JobUpdate update -> BatchUpdates.jobUpdate(batch, update, now);
      case BatchCommand.RawDataReleased released -> BatchUpdates.released(batch, released, now);
      case BatchCommand.Sought sought ->
          BatchNeeds.sought(batch, sought, jobs.openNeed(batch), now);
      case BatchCommand.Offered offered -> BatchNeeds.offered(batch, offered, now);
      case BatchCommand.NeedHopeless hopeless -> BatchNeeds.hopeless(batch, hopeless, now);
      case BatchCommand.Reprocess reprocess -> BatchRetries.reprocess(batch, reprocess, now);
      case BatchCommand.Retry retry -> BatchRetries.retry(batch, retry, now);
      case BatchCommand.Cancel cancel -> BatchRetries.cancel(batch, cancel, now);
      case BatchCommand.LetRawDataGo letGo -> BatchRetries.letRawDataGo(batch, letGo, now);
      case BatchCommand.NotListed missing -> BatchClaims.notListed(batch, missing, now);
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
      case BatchCommand.Register register -> BatchClaims.register(register, moment.now());
      case BatchCommand.ChangeClaim change -> notFound(id, change.replyTo());
      case BatchCommand.Reprocess reprocess -> notFound(id, reprocess.replyTo());
      case BatchCommand.Retry retry -> notFound(id, retry.replyTo());
      case BatchCommand.Cancel cancel -> notFound(id, cancel.replyTo());
      case BatchCommand.LetRawDataGo letGo -> notFound(id, letGo.replyTo());
      case BatchCommand.Inspect inspect -> notFound(id, inspect.replyTo());
      case BatchCommand.NotListed missing -> notFound(id, missing.replyTo());
      case BatchCommand.JobAccepted ignored -> Decision.nothing();
      case BatchCommand.JobPriorityKnown ignored -> Decision.nothing();
      case BatchCommand.Sought ignored -> Decision.nothing();
      case BatchCommand.Offered ignored -> Decision.nothing();
      case BatchCommand.NeedHopeless ignored -> Decision.nothing();
      case BatchCommand.RawDataGone ignored -> Decision.nothing();
      case BatchCommand.JobUpdate ignored -> Decision.nothing();
      case BatchCommand.Observe observe -> notFound(id, observe.replyTo());
      case BatchCommand.Acknowledged ignored -> Decision.nothing();
      case BatchCommand.MembersAnswered ignored -> Decision.nothing();
      case BatchCommand.MemberUpdate ignored -> Decision.nothing();
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

  @Override
  public List<BatchEffect> outstanding(Optional<Batch> state) {
    if (state.isEmpty()) {
      return List.of();
    }
    Batch batch = state.get();
    List<BatchEffect> effects = new ArrayList<>();
    if (batch.state() == BatchState.QUEUED
        && batch.errands().download().filter(Errand::accepted).isEmpty()) {
      batch
          .downloadJob()
          .ifPresent(
              job ->
                  effects.add(
                      new BatchEffect.Submit(jobs.download(batch), batch.urgency().number())));
    }
    if (batch.state() == BatchState.DOWNLOADED && !batch.errands().process().accepted()) {
      preparation(batch).ifPresent(effects::add);
    }
    if (batch.errands().setback() instanceof Setback.Retrying retrying) {
      effects.add(
          new BatchEffect.RetryJob(retrying.job(), batch.spec().id(), batch.course().actor()));
    }
    batch
        .current()
        .filter(job -> batch.errands().heard() < batch.urgency().number())
        .map(job -> new BatchEffect.PassOnPriority(job, batch.spec().id(), batch.urgency()))
        .ifPresent(effects::add);
    for (JobId job : batch.lettingGo()) {
      effects.add(
          new BatchEffect.LetGo(
              job,
              batch.spec().id(),
              batch.errands().kindOf(batch.spec().id(), job),
              batch.course().actor()));
    }
    effects.addAll(BatchObservers.toTell(batch));
    BatchObservers.toObserve(batch).ifPresent(effects::add);
    return effects;
  }

  /**
   * What a downloaded batch does next: it submits its process job, or asks what meets its next
   * need. Nothing while it waits for that need.
   */
  private Optional<BatchEffect> preparation(Batch batch) {
    Optional<Need> open = jobs.openNeed(batch);
    if (open.isEmpty()) {
      return Optional.of(new BatchEffect.Submit(jobs.process(batch), batch.urgency().number()));
    }
    return batch.awaited().equals(open)
        ? Optional.empty()
        : Optional.of(new BatchEffect.Seek(batch.spec().id(), open.get()));
  }

  @Override
  public Optional<ReadRow> row(Optional<Batch> state) {
    return state.map(
        batch ->
            new ReadRow.Batch(
                BatchViews.view(batch),
                batch.awaited(),
                batch.missed(),
                !outstanding(state).isEmpty()));
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
