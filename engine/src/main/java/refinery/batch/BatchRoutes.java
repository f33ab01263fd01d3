package refinery.batch;

import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Optional;
import refinery.entity.Post;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.Observer;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.survey.SurveyCommand;

/**
 * Says which message each effect of a batch is and to whom, and which command a reply to it is.
 * Pure.
 */
public final class BatchRoutes {
  private static final BatchCommand NOTHING = new BatchCommand.Wake();

  private BatchRoutes() {}

  /**
   * @param jobs the actor to which jobs reply
   */
  public static Post route(BatchEffect effect, ActorRef<JobReply> jobs) {
    return switch (effect) {
      case BatchEffect.Reply reply -> new Post.Answer<>(reply.to(), reply.reply());
      case BatchEffect.Submit submit ->
          new Post.ToJob(
              submit.spec().id(),
              new JobCommand.Submit(submit.spec(), submit.number(), Optional.empty(), jobs));
      case BatchEffect.Acknowledge known ->
          new Post.ToJob(
              known.job(),
              new JobCommand.OwnerAcknowledged(known.self().value(), known.revision()));
      case BatchEffect.InformBatch inform ->
          new Post.ToBatch(
              inform.to(),
              new BatchCommand.MemberUpdate(
                  inform.self(), inform.generation(), inform.revision(), inform.changed()));
      case BatchEffect.AcknowledgeBatch known ->
          new Post.ToBatch(
              known.member(),
              new BatchCommand.Acknowledged(
                  new Observer.OfBatch(known.self()), known.revision(), 0));
      case BatchEffect.ObserveMembers observe -> toMembers(observe);
      case BatchEffect.InformSurvey inform ->
          new Post.ToSurvey(
              inform.survey(), new SurveyCommand.BatchUpdate(inform.self(), inform.standing()));
      case BatchEffect.RetryJob retry ->
          new Post.ToJob(
              retry.job(), new JobCommand.Retry(Optional.of(retry.self()), retry.actor(), jobs));
      case BatchEffect.Seek seek -> new Post.ToArtifacts(seek.self(), seek.need());
      case BatchEffect.LetGo letGo ->
          new Post.ToJob(
              letGo.job(), new JobCommand.LetGo(letGo.self(), letGo.kind(), letGo.actor(), jobs));
      case BatchEffect.PassOnPriority change -> passOn(change, jobs);
    };
  }

  private static Post passOn(BatchEffect.PassOnPriority change, ActorRef<JobReply> jobs) {
    return new Post.ToJob(
        change.job(),
        new JobCommand.WantPriority(
            change.self().value(), change.urgency(), Optional.empty(), jobs));
  }

  private static Post toMembers(BatchEffect.ObserveMembers observe) {
    return new Post.ToMembers(
        observe.self(), observe.generation(), observe.artifact(), observe.inputs(), observe.from());
  }

  /** The question to one of the batches whose outputs the asking batch used. */
  public static BatchCommand observe(
      Post.ToMembers post, MemberOutput member, ActorRef<BatchReply> replyTo) {
    return new BatchCommand.Observe(
        post.asking(), post.generation(), post.artifact(), member.sha256(), replyTo);
  }

  /**
   * The command to the asking batch when all members of this part have answered.
   *
   * @param upTo where this part ends in the list of inputs, in bytes
   */
  public static BatchCommand answered(Post.ToMembers post, long upTo, List<BatchReply> replies) {
    Optional<BatchId> changed =
        replies.stream()
            .filter(reply -> reply instanceof BatchReply.Observed observed && observed.changed())
            .map(BatchReply::batch)
            .findFirst();
    return new BatchCommand.MembersAnswered(
        post.inputs().role(), post.inputs().sha256(), post.from(), upTo, changed);
  }

  /**
   * The command that a job's reply is to the batch. A job's end comes as a {@code JobUpdate}, not
   * as a reply.
   */
  public static BatchCommand meaning(JobReply reply) {
    return switch (reply) {
      case JobReply.Accepted accepted ->
          new BatchCommand.JobAccepted(accepted.job(), accepted.urgency());
      case JobReply.PriorityKept kept ->
          new BatchCommand.JobPriorityKnown(kept.job(), kept.urgency());
      case JobReply.PrioritySet other -> NOTHING;
      case JobReply.RawDataGone gone -> new BatchCommand.RawDataGone(gone.job());
      case JobReply.Released released -> new BatchCommand.RawDataReleased(released.job());
      case JobReply.Granted other -> NOTHING;
      case JobReply.BeginsAlone other -> NOTHING;
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
