package refinery.batch;

import akka.actor.typed.ActorRef;
import refinery.entity.Post;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.survey.SurveyCommand;

/** Where a batch's effects go, and what the replies to them mean to it. Pure. */
public final class BatchRoutes {
  private static final BatchCommand NOTHING = new BatchCommand.Wake();

  private BatchRoutes() {}

  /**
   * @param jobs where jobs reply to
   */
  public static Post route(BatchEffect effect, ActorRef<JobReply> jobs) {
    return switch (effect) {
      case BatchEffect.Reply reply -> new Post.Answer<>(reply.to(), reply.reply());
      case BatchEffect.Submit submit ->
          new Post.ToJob(submit.spec().id(), new JobCommand.Submit(submit.spec(), jobs));
      case BatchEffect.Acknowledge known ->
          new Post.ToJob(
              known.job(),
              new JobCommand.OwnerAcknowledged(known.self().value(), known.revision()));
      case BatchEffect.Inform inform ->
          new Post.ToSurvey(
              inform.survey(), new SurveyCommand.BatchUpdate(inform.self(), inform.standing()));
      case BatchEffect.RetryJob retry -> new Post.ToJob(retry.job(), new JobCommand.Retry(jobs));
      case BatchEffect.Seek seek -> new Post.ToArtifacts(seek.self(), seek.need());
      case BatchEffect.LetGo letGo ->
          new Post.ToJob(letGo.job(), new JobCommand.LetGo(letGo.self(), letGo.kind(), jobs));
      case BatchEffect.PassOnPriority change ->
          new Post.ToJob(
              change.job(), new JobCommand.WantPriority(change.self(), change.priority(), jobs));
    };
  }

  /** What a job's end means comes with its own updates, not with a reply. */
  public static BatchCommand meaning(JobReply reply) {
    return switch (reply) {
      case JobReply.Accepted accepted ->
          new BatchCommand.JobAccepted(accepted.job(), accepted.priority());
      case JobReply.PrioritySet set -> new BatchCommand.JobPriorityKnown(set.job(), set.priority());
      case JobReply.RawDataGone gone -> new BatchCommand.RawDataGone(gone.job());
      case JobReply.Released released -> new BatchCommand.RawDataReleased(released.job());
      case JobReply.Granted other -> NOTHING;
      case JobReply.Refused other -> NOTHING;
      case JobReply.FinishAccepted other -> NOTHING;
      case JobReply.Stale other -> NOTHING;
      case JobReply.Lost other -> NOTHING;
      case JobReply.Cancelled other -> NOTHING;
      case JobReply.Retried other -> NOTHING;
      case JobReply.Rejected other -> NOTHING;
      case JobReply.NotFound other -> NOTHING;
      case JobReply.State other -> NOTHING;
    };
  }
}
