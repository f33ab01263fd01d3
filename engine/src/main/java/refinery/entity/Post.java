package refinery.entity;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.job.JobCommand;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.survey.SurveyCommand;

/** A message that an entity sends, and its receiver. */
public sealed interface Post {
  record ToSurvey(SurveyId to, SurveyCommand message) implements Post {}

  record ToBatch(BatchId to, BatchCommand message) implements Post {}

  record ToJob(JobId to, JobCommand message) implements Post {}

  record ToScheduler(SchedulerCommand message) implements Post {}

  /** A question to the artifact table. The asking batch gets the answer as a command. */
  record ToArtifacts(BatchId asking, Need need) implements Post {}

  /**
   * To a part of the batches whose outputs the asking batch used: they are to tell it of changes.
   * The asking batch gets one command when all of them have answered.
   *
   * @param generation of the asking batch's process job
   * @param artifact what the members' pipeline calls the output
   * @param from where this part begins in the list of inputs, in bytes
   */
  record ToMembers(BatchId asking, int generation, String artifact, Provision.All inputs, long from)
      implements Post {}

  /**
   * A question to the read model how this survey stands. The asking schedule gets the answer as a
   * command, if there is one.
   */
  record ToSurveyRow(ScheduleId asking, SurveyId survey) implements Post {}

  /**
   * To the next batches that the known surveys found and this survey did not: they are to mark
   * that. The asking schedule gets one command when all of them have answered.
   */
  record ToUnlisted(
      ScheduleId asking,
      SurveyId survey,
      Instant since,
      List<SurveyId> known,
      Optional<BatchId> after)
      implements Post {}

  /** A reply to the sender of a command. */
  record Answer<R>(ActorRef<R> to, R reply) implements Post {
    public void tell() {
      to.tell(reply);
    }
  }
}
