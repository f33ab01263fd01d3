package refinery.survey;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import java.util.Optional;
import java.util.function.Consumer;
import refinery.entity.EntityActor;
import refinery.protocol.BatchId;
import refinery.protocol.Entities;
import refinery.protocol.JobId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.survey.SurveyCommand;

/** Sends a survey's effects; what jobs and batches reply comes back as commands. */
public final class SurveyPerformer implements EntityActor.Performer<SurveyCommand, SurveyEffect> {
  private final ClusterSharding sharding;

  public SurveyPerformer(ClusterSharding sharding) {
    this.sharding = sharding;
  }

  @Override
  public Consumer<SurveyEffect> bind(ActorContext<SurveyCommand> context) {
    ActorRef<JobReply> fromJobs =
        context.messageAdapter(JobReply.class, reply -> new SurveyCommand.JobAccepted(reply.job()));
    ActorRef<BatchReply> fromBatches =
        context.messageAdapter(BatchReply.class, SurveyPerformer::fromBatch);
    return effect -> perform(effect, fromJobs, fromBatches);
  }

  static SurveyCommand fromBatch(BatchReply reply) {
    return switch (reply) {
      case BatchReply.Registered registered ->
          new SurveyCommand.BatchRegistered(registered.batch());
      case BatchReply.Done done -> new SurveyCommand.BatchCancelled(done.batch());
      case BatchReply.Rejected rejected -> new SurveyCommand.BatchCancelled(rejected.batch());
      case BatchReply.NotFound unknown -> new SurveyCommand.BatchCancelled(unknown.batch());
      case BatchReply.State state -> new SurveyCommand.BatchCancelled(state.batch());
    };
  }

  private void perform(
      SurveyEffect effect, ActorRef<JobReply> fromJobs, ActorRef<BatchReply> fromBatches) {
    switch (effect) {
      case SurveyEffect.Reply reply -> reply.to().tell(reply.reply());
      case SurveyEffect.Submit submit ->
          job(submit.spec().id()).tell(new JobCommand.Submit(submit.spec(), fromJobs));
      case SurveyEffect.AcknowledgeJob known ->
          job(known.job())
              .tell(new JobCommand.OwnerAcknowledged(known.self().value(), known.revision()));
      case SurveyEffect.AcknowledgeBatch known ->
          batch(known.batch())
              .tell(new BatchCommand.SurveyAcknowledged(known.self(), known.revision()));
      case SurveyEffect.Register register ->
          batch(register.spec().id())
              .tell(
                  new BatchCommand.Register(
                      register.spec(), register.self(), register.priority(), fromBatches));
      case SurveyEffect.CancelJob cancel ->
          job(cancel.job())
              .tell(new JobCommand.Cancel(cancel.reason(), Optional.empty(), fromJobs));
      case SurveyEffect.CancelBatch cancel ->
          batch(cancel.batch())
              .tell(new BatchCommand.Cancel(cancel.self(), cancel.reason(), fromBatches));
      case SurveyEffect.RetryJob retry -> job(retry.job()).tell(new JobCommand.Retry(fromJobs));
      case SurveyEffect.RetryBatch retry ->
          batch(retry.batch()).tell(new BatchCommand.Retry(fromBatches));
      case SurveyEffect.PassOnPriority change -> {
        job(change.job()).tell(new JobCommand.SetPriority(change.priority(), fromJobs));
        change
            .batches()
            .forEach(id -> batch(id).tell(new BatchCommand.SetPriority(change.priority())));
      }
    }
  }

  private EntityRef<JobCommand> job(JobId id) {
    return sharding.entityRefFor(Entities.JOB, id.value());
  }

  private EntityRef<BatchCommand> batch(BatchId id) {
    return sharding.entityRefFor(Entities.BATCH, id.value());
  }
}
