package refinery.batch;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import refinery.entity.Decision;
import refinery.protocol.BatchId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchState;

/** How a batch goes on after it has ended, and what people ask of it. Pure. */
final class BatchRetries {
  private BatchRetries() {}

  /** Everything once more. */
  static BatchEvent anew(Batch batch, Instant now) {
    return new BatchEvent.ReprocessRequested(batch.errands().process().generation() + 1, now);
  }

  /**
   * With the job that failed, or with what was needed; anew when that was let go with its raw data,
   * or when the source offers other files: the job would ask for the old ones.
   */
  static BatchEvent resumed(Batch batch, Instant now) {
    return batch.description().otherFilesOffered()
        ? anew(batch, now)
        : switch (batch.errands().setback()) {
          case Setback.JobFailed failed -> new BatchEvent.Resumed(failed.job(), 0, now);
          case Setback.Retrying retrying -> new BatchEvent.Resumed(retrying.job(), 0, now);
          case Setback.NeedGivenUp given -> new BatchEvent.NeedsSought(now);
          case Setback.None none -> anew(batch, now);
        };
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
    return Decision.<BatchEvent, BatchEffect>persist(List.of(anew(batch, now)))
        .and(new BatchEffect.Reply(command.replyTo(), done));
  }

  static Decision<BatchEvent, BatchEffect> retry(
      Batch batch, BatchCommand.Retry command, Instant now) {
    BatchEffect done =
        new BatchEffect.Reply(command.replyTo(), new BatchReply.Retried(batch.spec().id()));
    List<BatchEvent> events =
        switch (batch.state()) {
          case FAILED -> List.of(resumed(batch, now));
          case CANCELLED -> batch.spec().skip().isPresent() ? List.of() : List.of(anew(batch, now));
          case DOWNLOADED ->
              batch.awaited().isPresent() ? List.of(new BatchEvent.NeedsSought(now)) : List.of();
          case QUEUED, DOWNLOADING, PROCESSING, DONE -> List.of();
        };
    return Decision.<BatchEvent, BatchEffect>persist(events).and(done);
  }

  /** With the raw data goes the job that would run on it. */
  static Decision<BatchEvent, BatchEffect> letRawDataGo(
      Batch batch, BatchCommand.LetRawDataGo command, Instant now) {
    BatchId id = batch.spec().id();
    if (batch.state() != BatchState.FAILED
        || batch.course().updatedAt().isAfter(command.failedBefore())) {
      String why =
          "it is " + batch.state().word() + "; only a failed batch keeps raw data for later";
      return reply(command.replyTo(), new BatchReply.Rejected(id, why));
    }
    List<BatchEvent> events = new ArrayList<>();
    batch
        .errands()
        .download()
        .filter(Errand::accepted)
        .ifPresent(errand -> events.add(new BatchEvent.JobUnwanted(errand.job(), now)));
    if (batch.errands().process().accepted()) {
      events.add(new BatchEvent.JobUnwanted(batch.processJob(), now));
    }
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(new BatchEffect.Reply(command.replyTo(), new BatchReply.RawDataLetGo(id)));
  }

  private static Decision<BatchEvent, BatchEffect> reply(
      ActorRef<BatchReply> to, BatchReply reply) {
    return Decision.effect(new BatchEffect.Reply(to, reply));
  }
}
