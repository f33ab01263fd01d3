package refinery.batch;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobStatus;

/** Decides on what the jobs of a batch say. Pure. */
final class BatchUpdates {
  private BatchUpdates() {}

  /** A job answers a submission. A job that is not wanted any more is let go. */
  static Decision<BatchEvent, BatchEffect> accepted(
      Batch batch, BatchCommand.JobAccepted accepted, Instant now) {
    JobId job = accepted.job();
    int priority = accepted.urgency().priority();
    long number = accepted.urgency().number();
    if (!batch.wants(job)) {
      return batch.lettingGo().contains(job)
          ? Decision.nothing()
          : Decision.persist(List.of(new BatchEvent.JobUnwanted(job, Optional.empty(), now)));
    }
    if (batch.errands().isDownload(job) && !batch.errands().download().get().accepted()) {
      return Decision.persist(List.of(new BatchEvent.DownloadAccepted(job, priority, number, now)));
    }
    boolean process = batch.errands().isProcess(job) && batch.state() == BatchState.DOWNLOADED;
    return process && !batch.errands().process().accepted()
        ? Decision.persist(List.of(new BatchEvent.ProcessAccepted(job, priority, number, now)))
        : Decision.nothing();
  }

  static Decision<BatchEvent, BatchEffect> rawDataGone(Batch batch, JobId job, Instant now) {
    boolean retrying = batch.errands().isRetrying();
    boolean download =
        batch.errands().isDownload(job) && (batch.state() == BatchState.QUEUED || retrying);
    boolean process = batch.errands().isProcess(job) && retrying;
    if (process || (download && batch.description().otherFilesOffered())) {
      return Decision.persist(List.of(BatchRetries.anew(batch, Optional.empty(), now)));
    }
    if (!download) {
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
    if (batch.errands().seen(update.job()) >= update.revision()) {
      return Decision.effect(acknowledge);
    }
    List<BatchEvent> events =
        batch.wants(update.job()) && !isOnlyForAnother(batch, update)
            ? andAnew(batch, meaning(batch, update, now), now)
            : List.of(
                new BatchEvent.JobNoted(update.job(), update.revision(), now),
                new BatchEvent.JobUnwanted(update.job(), Optional.empty(), now));
    return Decision.<BatchEvent, BatchEffect>persist(events).and(acknowledge);
  }

  /** True when this batch has failed, no survey wants it, and its job goes on for another batch. */
  private static boolean isOnlyForAnother(Batch batch, BatchCommand.JobUpdate update) {
    return batch.state() == BatchState.FAILED
        && !batch.errands().isRetrying()
        && !batch.isWanted()
        && another(batch, update.status()).isPresent();
  }

  /** The other batch that had the job retried, if one did. */
  private static Optional<BatchId> another(Batch batch, JobStatus status) {
    return switch (status) {
      case JobStatus.Active active ->
          active.owner().filter(owner -> !owner.equals(batch.spec().id()));
      case JobStatus.Succeeded succeeded -> Optional.empty();
      case JobStatus.Failed failed -> Optional.empty();
      case JobStatus.Cancelled cancelled -> Optional.empty();
    };
  }

  /**
   * Begins a failed batch anew when the source offers other files now, which may be why it failed.
   */
  private static List<BatchEvent> andAnew(Batch batch, BatchEvent event, Instant now) {
    return event instanceof BatchEvent.Failed && batch.description().otherFilesOffered()
        ? List.of(event, BatchRetries.anew(batch, Optional.empty(), now))
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
      case JobStatus.Active active ->
          new BatchEvent.Resumed(
              update.job(), update.revision(), another(batch, active), Optional.empty(), now);
      case JobStatus.Succeeded succeeded ->
          switch (succeeded.result()) {
            case JobResult.Downloaded downloaded when isDownload ->
                new BatchEvent.Downloaded(update.job(), update.revision(), downloaded, now);
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
            && batch.errands().heard() < batch.urgency().number()
            && known.urgency().number() >= batch.urgency().number();
    return news
        ? Decision.persist(
            List.of(
                new BatchEvent.JobPriorityKnown(
                    known.job(), known.urgency().priority(), known.urgency().number(), now)))
        : Decision.nothing();
  }

  static Decision<BatchEvent, BatchEffect> released(
      Batch batch, BatchCommand.RawDataReleased released, Instant now) {
    return batch.lettingGo().contains(released.job())
        ? Decision.persist(List.of(new BatchEvent.RawDataReleased(released.job(), now)))
        : Decision.nothing();
  }
}
