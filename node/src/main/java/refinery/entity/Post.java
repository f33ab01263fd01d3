package refinery.entity;

import akka.actor.typed.ActorRef;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.Need;
import refinery.protocol.job.JobCommand;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.survey.SurveyCommand;

/** A message of an entity and where it goes. */
public sealed interface Post {
  record ToSurvey(SurveyId to, SurveyCommand message) implements Post {}

  record ToBatch(BatchId to, BatchCommand message) implements Post {}

  record ToJob(JobId to, JobCommand message) implements Post {}

  record ToScheduler(SchedulerCommand message) implements Post {}

  /** A question to the artifact table for a batch, which is told of the answer. */
  record ToArtifacts(BatchId asking, Need need) implements Post {}

  /** To whoever asked. */
  record Answer<R>(ActorRef<R> to, R reply) implements Post {
    public void tell() {
      to.tell(reply);
    }
  }
}
