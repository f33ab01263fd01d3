package refinery.batch;

import akka.actor.typed.ActorRef;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.batch.Standing;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Urgency;

/**
 * What a batch does outside itself, as values. {@link BatchRoutes} says where each goes. "Until"
 * names the command that ends the repeats.
 */
public sealed interface BatchEffect {
  record Reply(ActorRef<BatchReply> to, BatchReply reply) implements BatchEffect {}

  /**
   * To the job entity, until {@code BatchCommand.JobAccepted} or {@code RawDataGone}.
   *
   * @param number the number of the spec's priority
   */
  record Submit(JobSpec spec, long number) implements BatchEffect {}

  record Acknowledge(JobId job, BatchId self, long revision) implements BatchEffect {}

  /** To a survey that found the batch, until {@code BatchCommand.Acknowledged}. */
  record InformSurvey(SurveyId survey, BatchId self, Standing standing) implements BatchEffect {}

  /** To a batch that used an output of this one, until {@code BatchCommand.Acknowledged}. */
  record InformBatch(BatchId to, BatchId self, int generation, long revision, boolean changed)
      implements BatchEffect {}

  record AcknowledgeBatch(BatchId member, BatchId self, long revision) implements BatchEffect {}

  /**
   * To a part of the batches whose outputs this one used, until {@code
   * BatchCommand.MembersAnswered}.
   *
   * @param generation of this batch's process job
   * @param artifact what the members' pipeline calls the output
   * @param from where this part begins in the list of inputs, in bytes
   */
  record ObserveMembers(
      BatchId self, int generation, String artifact, Provision.All inputs, long from)
      implements BatchEffect {}

  /** To a job that failed or was cancelled, until its status is active again. */
  record RetryJob(JobId job, BatchId self, Optional<Actor> actor) implements BatchEffect {}

  /** A question to the artifact table, until {@code BatchCommand.Sought}. */
  record Seek(BatchId self, Need need) implements BatchEffect {}

  /**
   * Tells the job that this batch needs nothing of it any more, until {@code
   * BatchCommand.RawDataReleased}. Raw data may then be discarded, an unfinished job cancelled.
   */
  record LetGo(JobId job, BatchId self, JobKind kind, Optional<Actor> actor)
      implements BatchEffect {}

  /** To the job that works for the batch, until {@code BatchCommand.JobPriorityKnown}. */
  record PassOnPriority(JobId job, BatchId self, Urgency urgency) implements BatchEffect {}
}
