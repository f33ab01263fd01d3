package refinery.batch;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchState;

/** Decides how a batch goes on after it has ended, and on what people ask of it. Pure. */
final class BatchRetries {
  private BatchRetries() {}

  /** Begins the batch anew, with new jobs. */
  static BatchEvent anew(Batch batch, Optional<Actor> actor, Instant now) {
    int generation = batch.errands().process().generation() + 1;
    return new BatchEvent.ReprocessRequested(generation, actor, now);
  }

  /** Begins the batch anew, with new jobs that reuse no earlier result. */
  static BatchEvent afresh(Batch batch, Optional<Actor> actor, Instant now) {
    int generation = batch.errands().process().generation() + 1;
    return new BatchEvent.ReprocessRequested(generation, actor, now, true);
  }

  /**
   * How a failed batch goes on: with the job that failed, or with the need that was given up. It
   * begins anew when that job was let go, or when the source or a batch it uses offers other files,
   * since the old job would use the old ones.
   */
  static BatchEvent resumed(Batch batch, Optional<Actor> actor, Instant now) {
    return batch.description().otherFilesOffered() || batch.results().changed().isPresent()
        ? anew(batch, actor, now)
        : switch (batch.errands().setback()) {
          case Setback.JobFailed failed -> resumed(failed.job(), 0, actor, now);
          case Setback.Retrying retrying -> resumed(retrying.job(), 0, actor, now);
          case Setback.Along along -> resumed(along.job(), 0, actor, now);
          case Setback.NeedGivenUp given -> new BatchEvent.NeedsSought(actor, now);
          case Setback.None none -> anew(batch, actor, now);
        };
  }

  private static BatchEvent resumed(JobId job, long revision, Optional<Actor> actor, Instant now) {
    return new BatchEvent.Resumed(job, revision, Optional.empty(), actor, now);
  }

  /**
   * For a batch that goes on only because another batch had their shared job retried. When no
   * survey wants it any more, it fails as before and lets the job go.
   */
  static List<BatchEvent> leftBehind(Batch batch, Instant now) {
    return batch.errands().setback() instanceof Setback.Along along && !batch.isWanted()
        ? List.of(
            new BatchEvent.Failed(
                along.job(), batch.errands().seen(along.job()), along.failure(), now),
            new BatchEvent.JobUnwanted(along.job(), Optional.empty(), now))
        : List.of();
  }

  /** A person now wants a batch that went on only for the sake of another one. */
  private static List<BatchEvent> wantedByAPerson(Batch batch, Optional<Actor> actor, Instant now) {
    return batch.errands().setback() instanceof Setback.Along along
        ? List.of(resumed(along.job(), batch.errands().seen(along.job()), actor, now))
        : List.of();
  }

  static Decision<BatchEvent, BatchEffect> reprocess(
      Batch batch, BatchCommand.Reprocess command, Instant now) {
    BatchReply done = new BatchReply.Reprocessing(batch.spec().id());
    if (!batch.state().isTerminal()) {
      return reply(
          command.replyTo(),
          new BatchReply.Rejected(
              batch.spec().id(), "it is " + batch.state().word() + "; wait for its end or cancel"));
    }
    BatchEvent again =
        command.fresh() ? afresh(batch, command.actor(), now) : anew(batch, command.actor(), now);
    return Decision.<BatchEvent, BatchEffect>persist(List.of(again))
        .and(new BatchEffect.Reply(command.replyTo(), done));
  }

  static Decision<BatchEvent, BatchEffect> retry(
      Batch batch, BatchCommand.Retry command, Instant now) {
    BatchEffect done =
        new BatchEffect.Reply(command.replyTo(), new BatchReply.Retried(batch.spec().id()));
    List<BatchEvent> events =
        switch (batch.state()) {
          case FAILED -> List.of(resumed(batch, command.actor(), now));
          case CANCELLED ->
              batch.spec().skip().isPresent()
                  ? List.of()
                  : List.of(anew(batch, command.actor(), now));
          case DOWNLOADED ->
              batch.awaited().isPresent()
                  ? List.of(new BatchEvent.NeedsSought(command.actor(), now))
                  : List.of();
          case PLANNED -> List.of(anew(batch, command.actor(), now));
          case DOWNLOADING -> wantedByAPerson(batch, command.actor(), now);
          case QUEUED, PROCESSING, DONE -> List.of();
        };
    return Decision.<BatchEvent, BatchEffect>persist(events).and(done);
  }

  /** Cancels the batch. The claims of surveys are kept; a later claim may take it up again. */
  static Decision<BatchEvent, BatchEffect> cancel(
      Batch batch, BatchCommand.Cancel command, Instant now) {
    List<BatchEvent> events =
        batch.state().isTerminal()
            ? List.of()
            : List.of(new BatchEvent.Cancelled(command.reason(), command.actor(), now));
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(new BatchEffect.Reply(command.replyTo(), new BatchReply.Cancelled(batch.spec().id())));
  }

  /** Lets the raw data of a failed batch go, and with it the process job that would use it. */
  static Decision<BatchEvent, BatchEffect> letRawDataGo(
      Batch batch, BatchCommand.LetRawDataGo command, Instant now) {
    BatchId id = batch.spec().id();
    if (batch.state() != BatchState.FAILED) {
      String why =
          "it is " + batch.state().word() + "; only a failed batch keeps raw data for later";
      return reply(command.replyTo(), new BatchReply.Rejected(id, why));
    }
    if (batch.course().updatedAt().isAfter(command.failedBefore())) {
      return reply(command.replyTo(), new BatchReply.Rejected(id, "it failed later than that"));
    }
    List<BatchEvent> events = new ArrayList<>();
    batch
        .errands()
        .download()
        .filter(Errand::accepted)
        .ifPresent(
            errand -> events.add(new BatchEvent.JobUnwanted(errand.job(), command.actor(), now)));
    if (batch.errands().process().accepted()) {
      events.add(new BatchEvent.JobUnwanted(batch.processJob(), command.actor(), now));
    }
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(new BatchEffect.Reply(command.replyTo(), new BatchReply.RawDataLetGo(id)));
  }

  private static Decision<BatchEvent, BatchEffect> reply(
      ActorRef<BatchReply> to, BatchReply reply) {
    return Decision.effect(new BatchEffect.Reply(to, reply));
  }
}
