package refinery.batch;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import java.util.Optional;
import java.util.function.Consumer;
import refinery.entity.EntityActor;
import refinery.protocol.Entities;
import refinery.protocol.JobId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.survey.SurveyCommand;

/** Sends a batch's effects; what jobs reply comes back as commands. */
public final class BatchPerformer implements EntityActor.Performer<BatchCommand, BatchEffect> {
  private final ClusterSharding sharding;

  public BatchPerformer(ClusterSharding sharding) {
    this.sharding = sharding;
  }

  @Override
  public Consumer<BatchEffect> bind(ActorContext<BatchCommand> context) {
    ActorRef<JobReply> replies = context.messageAdapter(JobReply.class, BatchPerformer::fromReply);
    return effect -> perform(effect, replies);
  }

  static BatchCommand fromReply(JobReply reply) {
    return switch (reply) {
      case JobReply.Accepted accepted -> new BatchCommand.JobAccepted(accepted.job());
      case JobReply.RawDataGone gone -> new BatchCommand.RawDataGone(gone.job());
      case JobReply.Rejected rejected -> new BatchCommand.RawDataGone(rejected.job());
      case JobReply.Done done -> new BatchCommand.RawDataReleased(done.job());
      case JobReply.NotFound unexpected -> ignored(unexpected);
      case JobReply.Granted unexpected -> ignored(unexpected);
      case JobReply.Refused unexpected -> ignored(unexpected);
      case JobReply.FinishAccepted unexpected -> ignored(unexpected);
      case JobReply.Stale unexpected -> ignored(unexpected);
      case JobReply.State unexpected -> ignored(unexpected);
    };
  }

  /** Replies that jobs do not send to batches; the command changes nothing. */
  private static BatchCommand ignored(JobReply reply) {
    return new BatchCommand.RawDataReleased(reply.job());
  }

  private void perform(BatchEffect effect, ActorRef<JobReply> replies) {
    switch (effect) {
      case BatchEffect.Reply reply -> reply.to().tell(reply.reply());
      case BatchEffect.Submit submit ->
          job(submit.spec().id()).tell(new JobCommand.Submit(submit.spec(), replies));
      case BatchEffect.Acknowledge acknowledge ->
          job(acknowledge.job())
              .tell(
                  new JobCommand.OwnerAcknowledged(
                      acknowledge.self().value(), acknowledge.revision()));
      case BatchEffect.Inform inform ->
          sharding
              .entityRefFor(Entities.SURVEY, inform.survey().value())
              .tell(
                  new SurveyCommand.BatchUpdate(inform.self(), inform.revision(), inform.state()));
      case BatchEffect.RetryJob retry -> job(retry.job()).tell(new JobCommand.Retry(replies));
      case BatchEffect.LetGo letGo ->
          job(letGo.job()).tell(new JobCommand.Cancel("", Optional.of(letGo.self()), replies));
      case BatchEffect.PassOnPriority priority ->
          job(priority.job()).tell(new JobCommand.SetPriority(priority.priority(), replies));
    }
  }

  private EntityRef<JobCommand> job(JobId id) {
    return sharding.entityRefFor(Entities.JOB, id.value());
  }
}
