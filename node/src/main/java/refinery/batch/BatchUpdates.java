package refinery.batch;

import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import refinery.entity.Decision;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobStatus;

/** What the jobs of a batch say, and what that makes of it. Pure. */
final class BatchUpdates {
  private BatchUpdates() {}

  /** The answer of a submission; a priority that changed meanwhile is passed on. */
  static Decision<BatchEvent, BatchEffect> accepted(
      Batch batch, BatchCommand.JobAccepted accepted, Instant now) {
    JobId job = accepted.job();
    int priority = accepted.priority();
    if (!batch.wants(job)) {
      return batch.lettingGo().contains(job)
          ? Decision.nothing()
          : Decision.persist(List.of(new BatchEvent.JobUnwanted(job, now)));
    }
    if (batch.errands().isDownload(job) && !batch.errands().download().get().accepted()) {
      return Decision.persist(List.of(new BatchEvent.DownloadAccepted(job, priority, now)));
    }
    boolean process = batch.errands().isProcess(job) && batch.state() == BatchState.DOWNLOADED;
    return process && !batch.errands().process().accepted()
        ? Decision.persist(List.of(new BatchEvent.ProcessAccepted(job, priority, now)))
        : Decision.nothing();
  }

  static Decision<BatchEvent, BatchEffect> rawDataGone(Batch batch, JobId job, Instant now) {
    if (batch.errands().isProcess(job) && batch.errands().isRetrying()) {
      return Decision.persist(List.of(BatchRetries.anew(batch, now)));
    }
    boolean current =
        batch.errands().isDownload(job)
            && (batch.state() == BatchState.QUEUED || batch.errands().isRetrying());
    if (!current) {
      return Decision.nothing();
    }
    int next = batch.errands().nextDownload();
    return Decision.persist(
        List.of(
            new BatchEvent.DownloadRequested(
                Ids.downloadJob(batch.spec().downloadGroup(), next), next, now)));
  }

  static Decision<BatchEvent, BatchEffect> jobUpdate(
      Batch batch, BatchCommand.JobUpdate update, Instant now) {
    BatchEffect acknowledge =
        new BatchEffect.Acknowledge(update.job(), batch.spec().id(), update.revision());
    if (batch.errands().seen().getOrDefault(update.job(), 0L) >= update.revision()) {
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
    return event instanceof BatchEvent.Failed && batch.description().otherFilesOffered()
        ? List.of(event, BatchRetries.anew(batch, now))
        : List.of(event);
  }

  private static BatchEvent meaning(Batch batch, BatchCommand.JobUpdate update, Instant now) {
    BatchEvent noted = new BatchEvent.JobNoted(update.job(), update.revision(), now);
    boolean isDownload = batch.errands().isDownload(update.job());
    boolean isProcess = batch.errands().isProcess(update.job());
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

  static Decision<BatchEvent, BatchEffect> priorityKnown(
      Batch batch, BatchCommand.JobPriorityKnown known, Instant now) {
    boolean news =
        batch.current().filter(known.job()::equals).isPresent()
            && !batch.errands().heard().equals(OptionalInt.of(known.priority()));
    return news
        ? Decision.persist(
            List.of(new BatchEvent.JobPriorityKnown(known.job(), known.priority(), now)))
        : Decision.nothing();
  }

  static Decision<BatchEvent, BatchEffect> released(
      Batch batch, BatchCommand.RawDataReleased released, Instant now) {
    return batch.lettingGo().contains(released.job())
        ? Decision.persist(List.of(new BatchEvent.RawDataReleased(released.job(), now)))
        : Decision.nothing();
  }
}
