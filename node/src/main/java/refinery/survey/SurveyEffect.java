package refinery.survey;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Claim;
import refinery.protocol.job.JobSpec;
import refinery.protocol.survey.SurveyReply;

/** What a survey makes happen outside itself. */
public sealed interface SurveyEffect {
  record Reply(ActorRef<SurveyReply> to, SurveyReply reply) implements SurveyEffect {}

  /** Until the job entity has it. */
  record Submit(JobSpec spec) implements SurveyEffect {}

  record AcknowledgeJob(JobId job, SurveyId self, long revision) implements SurveyEffect {}

  record AcknowledgeBatch(BatchId batch, SurveyId self, long revision) implements SurveyEffect {}

  /** Until the batch answers to this claim. */
  record Register(BatchSpec spec, Instant foundAt, Claim claim) implements SurveyEffect {}

  /** Likewise, of a batch that has answered before. */
  record ChangeClaim(BatchId batch, Claim claim) implements SurveyEffect {}

  /** Until the job says that it has ended. */
  record CancelJob(JobId job, String reason) implements SurveyEffect {}

  /** Until the job says that it is active again, or how it ended since. */
  record RetryJob(JobId job) implements SurveyEffect {}

  /** Until the job says that it has it. */
  record SetJobPriority(JobId job, int priority) implements SurveyEffect {}
}
