package refinery.survey;

import akka.actor.typed.ActorRef;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.job.JobSpec;
import refinery.protocol.survey.SurveyReply;

/** What a survey makes happen outside itself. */
public sealed interface SurveyEffect {
  record Reply(ActorRef<SurveyReply> to, SurveyReply reply) implements SurveyEffect {}

  record Submit(JobSpec spec) implements SurveyEffect {}

  record AcknowledgeJob(JobId job, SurveyId self, long revision) implements SurveyEffect {}

  record AcknowledgeBatch(BatchId batch, SurveyId self, long revision) implements SurveyEffect {}

  /** Until the batch is registered. */
  record Register(BatchSpec spec, SurveyId self, int priority) implements SurveyEffect {}

  record CancelJob(JobId job, String reason) implements SurveyEffect {}

  record CancelBatch(BatchId batch, SurveyId self, String reason) implements SurveyEffect {}

  record RetryJob(JobId job) implements SurveyEffect {}

  record RetryBatch(BatchId batch) implements SurveyEffect {}

  /** To the survey job and every batch, when a person changes the priority; best effort. */
  record PassOnPriority(JobId job, java.util.List<BatchId> batches, int priority)
      implements SurveyEffect {}
}
