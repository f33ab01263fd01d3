package refinery.job;

import refinery.entity.Post;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.survey.SurveyCommand;

/** Says which message each effect of a job is, and to whom. Pure. */
public final class JobRoutes {
  private JobRoutes() {}

  public static Post route(JobEffect effect) {
    return switch (effect) {
      case JobEffect.Reply reply -> new Post.Answer<>(reply.to(), reply.reply());
      case JobEffect.Announce announce ->
          new Post.ToScheduler(new SchedulerCommand.Announce(announce.ticket()));
      case JobEffect.Withdraw withdraw ->
          new Post.ToScheduler(new SchedulerCommand.Withdraw(withdraw.job()));
      case JobEffect.StopAttempt stop ->
          new Post.ToScheduler(
              new SchedulerCommand.StopAttempt(
                  stop.job(), stop.attempt(), stop.node(), stop.reason()));
      case JobEffect.Inform inform -> inform(inform);
    };
  }

  private static Post inform(JobEffect.Inform inform) {
    return inform.owner().startsWith(BatchId.PREFIX)
        ? new Post.ToBatch(
            new BatchId(inform.owner()),
            new BatchCommand.JobUpdate(inform.job(), inform.revision(), inform.status()))
        : new Post.ToSurvey(
            new SurveyId(inform.owner()),
            new SurveyCommand.JobUpdate(inform.job(), inform.revision(), inform.status()));
  }
}
