package refinery.job;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import java.util.function.Consumer;
import refinery.entity.EntityActor;
import refinery.protocol.BatchId;
import refinery.protocol.Entities;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.job.JobCommand;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.survey.SurveyCommand;

/** Sends a job's effects. */
public final class JobPerformer implements EntityActor.Performer<JobCommand, JobEffect> {
  private final ClusterSharding sharding;
  private final ActorRef<SchedulerCommand> scheduler;

  public JobPerformer(ClusterSharding sharding, ActorRef<SchedulerCommand> scheduler) {
    this.sharding = sharding;
    this.scheduler = scheduler;
  }

  @Override
  public Consumer<JobEffect> bind(ActorContext<JobCommand> context) {
    return this::perform;
  }

  private void perform(JobEffect effect) {
    switch (effect) {
      case JobEffect.Reply reply -> reply.to().tell(reply.reply());
      case JobEffect.Announce announce ->
          scheduler.tell(new SchedulerCommand.Announce(announce.ticket()));
      case JobEffect.Withdraw withdraw ->
          scheduler.tell(new SchedulerCommand.Withdraw(withdraw.job()));
      case JobEffect.StopAttempt stop ->
          scheduler.tell(
              new SchedulerCommand.StopAttempt(
                  stop.job(), stop.attempt(), stop.node(), stop.reason()));
      case JobEffect.Inform inform -> inform(inform);
    }
  }

  private void inform(JobEffect.Inform inform) {
    if (inform.owner().startsWith(BatchId.PREFIX)) {
      sharding
          .entityRefFor(Entities.BATCH, inform.owner())
          .tell(new BatchCommand.JobUpdate(inform.job(), inform.revision(), inform.status()));
    } else {
      sharding
          .entityRefFor(Entities.SURVEY, inform.owner())
          .tell(new SurveyCommand.JobUpdate(inform.job(), inform.revision(), inform.status()));
    }
  }
}
