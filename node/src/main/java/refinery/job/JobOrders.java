package refinery.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobState;

/** What a job does when it is ordered to: by a person, by a survey, or by the scheduler. */
final class JobOrders {
  private JobOrders() {}

  static Decision<JobEvent, JobEffect> cancel(Job job, JobCommand.Cancel cancel, Instant now) {
    JobReply done = new JobReply.Cancelled(job.id());
    if (job.state().isTerminal()) {
      return Answers.only(cancel.replyTo(), done);
    }
    return new Decision<>(
        List.of(new JobEvent.Cancelled(cancel.reason(), now)),
        List.of(halt(job, cancel.reason()), new JobEffect.Reply(cancel.replyTo(), done)),
        List.of());
  }

  /** Makes whoever has the job drop it. */
  static JobEffect halt(Job job, String reason) {
    return job.phase()
        .running()
        .<JobEffect>map(
            attempt ->
                new JobEffect.StopAttempt(job.id(), attempt.number(), attempt.node(), reason))
        .orElseGet(() -> new JobEffect.Withdraw(job.id()));
  }

  /** What its batches let go would run on data that may be gone. */
  static Decision<JobEvent, JobEffect> retry(Job job, JobCommand.Retry retry, Instant now) {
    JobReply done = new JobReply.Retried(job.id());
    return switch (job.state()) {
      case FAILED, CANCELLED ->
          job.audience().isLetGo()
              ? Answers.only(retry.replyTo(), new JobReply.RawDataGone(job.id()))
              : Answers.after(new JobEvent.RetriedByHand(now), retry.replyTo(), done);
      case WAITING ->
          Answers.after(new JobEvent.Requeued("retried by hand", now), retry.replyTo(), done);
      case SUCCEEDED ->
          Answers.only(
              retry.replyTo(),
              new JobReply.Rejected(job.id(), "it has succeeded; reprocess the batch instead"));
      case QUEUED, RUNNING, UNPLACEABLE -> Answers.only(retry.replyTo(), done);
    };
  }

  static Decision<JobEvent, JobEffect> setPriority(
      Job job, JobCommand.SetPriority change, Instant now) {
    JobReply done = new JobReply.PrioritySet(job.id(), change.priority());
    return job.state() == JobState.SUCCEEDED || job.demand().priority() == change.priority()
        ? Answers.only(change.replyTo(), done)
        : Answers.after(
            new JobEvent.PriorityChanged(change.priority(), now), change.replyTo(), done);
  }

  static Decision<JobEvent, JobEffect> setPlaceable(
      Job job, JobCommand.SetPlaceable placeable, Instant now) {
    Optional<String> reason = placeable.unplaceableReason();
    if (job.state() == JobState.QUEUED && reason.isPresent()) {
      return Decision.persist(List.of(new JobEvent.BecameUnplaceable(reason.get(), now)));
    }
    if (job.state() == JobState.UNPLACEABLE && reason.isEmpty()) {
      return Decision.persist(
          List.of(new JobEvent.Requeued("a node that can hold it is there", now)));
    }
    return Decision.nothing();
  }
}
