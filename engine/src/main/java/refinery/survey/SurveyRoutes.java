package refinery.survey;

import akka.actor.typed.ActorRef;
import refinery.entity.Post;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.Observer;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.survey.SurveyCommand;

/**
 * Says which message each effect of a survey is and to whom, and which command a reply to it is.
 * Pure.
 */
public final class SurveyRoutes {
  private static final SurveyCommand NOTHING = new SurveyCommand.Wake();

  /** The actors to which jobs and batches reply. */
  public record Inboxes(ActorRef<JobReply> jobs, ActorRef<BatchReply> batches) {}

  private SurveyRoutes() {}

  public static Post route(SurveyEffect effect, Inboxes inboxes) {
    return switch (effect) {
      case SurveyEffect.Reply reply -> new Post.Answer<>(reply.to(), reply.reply());
      case SurveyEffect.Submit submit ->
          new Post.ToJob(
              submit.spec().id(),
              new JobCommand.Submit(
                  submit.spec(), submit.number(), submit.actor(), inboxes.jobs()));
      case SurveyEffect.AcknowledgeJob known ->
          new Post.ToJob(
              known.job(),
              new JobCommand.OwnerAcknowledged(known.self().value(), known.revision()));
      case SurveyEffect.AcknowledgeBatch known ->
          new Post.ToBatch(
              known.batch(),
              new BatchCommand.Acknowledged(
                  new Observer.OfSurvey(known.self()), known.revision(), known.over()));
      case SurveyEffect.Register register ->
          new Post.ToBatch(register.spec().id(), registered(register, inboxes));
      case SurveyEffect.ChangeClaim change ->
          new Post.ToBatch(
              change.batch(), new BatchCommand.ChangeClaim(change.claim(), inboxes.batches()));
      case SurveyEffect.CancelJob cancel ->
          new Post.ToJob(
              cancel.job(), new JobCommand.Cancel(cancel.reason(), cancel.actor(), inboxes.jobs()));
      case SurveyEffect.RetryJob retry ->
          new Post.ToJob(retry.job(), new JobCommand.Retry(retry.actor(), inboxes.jobs()));
      case SurveyEffect.PassOnPriority change ->
          new Post.ToJob(
              change.job(),
              new JobCommand.WantPriority(
                  change.self().value(), change.urgency(), change.actor(), inboxes.jobs()));
    };
  }

  private static BatchCommand registered(SurveyEffect.Register register, Inboxes inboxes) {
    return new BatchCommand.Register(
        register.spec(), register.foundAt(), register.claim(), register.trace(), inboxes.batches());
  }

  /**
   * The command that a job's reply is to the survey. Replies that say no more than the job's status
   * are ignored.
   */
  public static SurveyCommand meaning(JobReply reply) {
    return switch (reply) {
      case JobReply.Accepted accepted ->
          new SurveyCommand.JobAccepted(accepted.job(), accepted.urgency());
      case JobReply.PriorityKept kept ->
          new SurveyCommand.JobPriorityKnown(kept.job(), kept.urgency());
      case JobReply.PrioritySet other -> NOTHING;
      case JobReply.RawDataGone other -> NOTHING;
      case JobReply.Granted other -> NOTHING;
      case JobReply.BeginsAlone other -> NOTHING;
      case JobReply.Refused other -> NOTHING;
      case JobReply.FinishAccepted other -> NOTHING;
      case JobReply.Stale other -> NOTHING;
      case JobReply.Lost other -> NOTHING;
      case JobReply.Cancelled other -> NOTHING;
      case JobReply.Released other -> NOTHING;
      case JobReply.Retried other -> NOTHING;
      case JobReply.Rejected other -> NOTHING;
      case JobReply.NotFound other -> NOTHING;
      case JobReply.State other -> NOTHING;
    };
  }

  public static SurveyCommand meaning(BatchReply reply) {
    return switch (reply) {
      case BatchReply.Claimed claimed ->
          new SurveyCommand.BatchClaimed(
              claimed.batch(), claimed.number(), claimed.foundAt(), claimed.standing());
      case BatchReply.Observed other -> NOTHING;
      case BatchReply.WithdrawalNoted other -> NOTHING;
      case BatchReply.Reprocessing other -> NOTHING;
      case BatchReply.Retried other -> NOTHING;
      case BatchReply.RawDataLetGo other -> NOTHING;
      case BatchReply.Cancelled other -> NOTHING;
      case BatchReply.Rejected other -> NOTHING;
      case BatchReply.NotFound other -> NOTHING;
      case BatchReply.State other -> NOTHING;
    };
  }
}
