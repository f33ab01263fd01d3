package refinery.batch;

import akka.actor.typed.ActorRef;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Standing;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;

/** What a batch makes happen outside itself. */
public sealed interface BatchEffect {
  record Reply(ActorRef<BatchReply> to, BatchReply reply) implements BatchEffect {}

  /** To the job entity, until it is accepted or its raw data is gone. */
  record Submit(JobSpec spec) implements BatchEffect {}

  record Acknowledge(JobId job, BatchId self, long revision) implements BatchEffect {}

  /** To a survey, until {@code BatchCommand.SurveyAcknowledged}. */
  record Inform(SurveyId survey, BatchId self, Standing standing) implements BatchEffect {}

  /** To a job that failed or was cancelled, until it says that it is active again. */
  record RetryJob(JobId job) implements BatchEffect {}

  /** A question to the artifact table, until {@code BatchCommand.Sought}. */
  record Seek(BatchId self, Need need) implements BatchEffect {}

  /** This batch lets the job go: raw data may be discarded, an unfinished job cancelled. */
  record LetGo(JobId job, BatchId self, JobKind kind) implements BatchEffect {}

  /** Until the job says that it knows. */
  record PassOnPriority(JobId job, BatchId self, int priority) implements BatchEffect {}
}
