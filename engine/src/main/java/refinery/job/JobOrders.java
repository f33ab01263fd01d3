package refinery.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobState;

/** Decides on orders of a person, a survey or the scheduler. Pure. */
final class JobOrders {
  private JobOrders() {}

  static Decision<JobEvent, JobEffect> cancel(Job job, JobCommand.Cancel cancel, Instant now) {
    JobReply done = new JobReply.Cancelled(job.id());
    if (job.state().isTerminal()) {
      return Answers.only(cancel.replyTo(), done);
    }
    return new Decision<>(
        List.of(new JobEvent.Cancelled(cancel.reason(), cancel.actor(), now)),
        List.of(halt(job, cancel.reason()), new JobEffect.Reply(cancel.replyTo(), done)),
        List.of());
  }

  /** Takes the job away from the node that runs it, or else from the scheduler's queue. */
  static JobEffect halt(Job job, String reason) {
    return job.phase()
        .running()
        .<JobEffect>map(
            attempt ->
                new JobEffect.StopAttempt(job.id(), attempt.number(), attempt.node(), reason))
        .orElseGet(() -> new JobEffect.Withdraw(job.id()));
  }

  /**
   * Takes up a failed or cancelled job again, and ends the wait of a waiting one. A job that all
   * its batches have let go is refused: its raw data may be gone. So is a batch that has let it go.
   */
  static Decision<JobEvent, JobEffect> retry(Job job, JobCommand.Retry retry, Instant now) {
    JobReply done = new JobReply.Retried(job.id());
    return switch (job.state()) {
      case FAILED, CANCELLED ->
          job.audience().isLetGo() || retry.owner().filter(job.audience()::hasReleased).isPresent()
              ? Answers.only(retry.replyTo(), new JobReply.RawDataGone(job.id()))
              : Answers.after(
                  new JobEvent.RetriedByHand(retry.owner(), retry.actor(), now),
                  retry.replyTo(),
                  done);
      case WAITING ->
          Answers.after(
              new JobEvent.Requeued("retried by hand", retry.actor(), now), retry.replyTo(), done);
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
            new JobEvent.PriorityChanged(change.priority(), change.actor(), now),
            change.replyTo(),
            done);
  }

  static Decision<JobEvent, JobEffect> setPlaceable(
      Job job, JobCommand.SetPlaceable placeable, Instant now) {
    Optional<String> reason = placeable.unplaceableReason();
    if (job.state() == JobState.QUEUED && reason.isPresent()) {
      return Decision.persist(List.of(new JobEvent.BecameUnplaceable(reason.get(), now)));
    }
    if (job.state() == JobState.UNPLACEABLE && reason.isEmpty()) {
      return Decision.persist(
          List.of(
              new JobEvent.Requeued("a node that can hold it is there", Optional.empty(), now)));
    }
    return Decision.nothing();
  }
}
