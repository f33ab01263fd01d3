package refinery.survey;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Claim;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Urgency;
import refinery.protocol.survey.SurveyReply;
import refinery.protocol.trace.TraceContext;

/**
 * What a survey does outside itself, as values. {@link SurveyRoutes} says where each goes. "Until"
 * says what ends the repeats.
 */
public sealed interface SurveyEffect {
  record Reply(ActorRef<SurveyReply> to, SurveyReply reply) implements SurveyEffect {}

  /**
   * To the survey job, until it accepts.
   *
   * @param number the number of the spec's priority
   */
  record Submit(JobSpec spec, long number, Optional<Actor> actor) implements SurveyEffect {}

  record AcknowledgeJob(JobId job, SurveyId self, long revision) implements SurveyEffect {}

  /**
   * @param over the survey has ended, and its claims up to this number no longer make the batch go
   *     on; 0: none
   */
  record AcknowledgeBatch(BatchId batch, SurveyId self, long revision, long over)
      implements SurveyEffect {}

  /** Tells a found batch the claim, until it answers to it. */
  record Register(BatchSpec spec, Instant foundAt, Claim claim, Optional<TraceContext> trace)
      implements SurveyEffect {}

  /** Tells the claim to a batch that has answered before, until it answers to it. */
  record ChangeClaim(BatchId batch, Claim claim) implements SurveyEffect {}

  /** To the survey job, until its status says that it has ended. */
  record CancelJob(JobId job, String reason, Optional<Actor> actor) implements SurveyEffect {}

  /** To the survey job, until its status says that it is active again or has ended again. */
  record RetryJob(JobId job, Optional<Actor> actor) implements SurveyEffect {}

  /** To the survey job, until it answers with this priority or a newer one. */
  record PassOnPriority(JobId job, SurveyId self, Urgency urgency, Optional<Actor> actor)
      implements SurveyEffect {}
}
