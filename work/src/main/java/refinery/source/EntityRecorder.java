package refinery.source;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.protocol.Entities;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.job.JobSpec;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyReply;

/**
 * Sends batches to the {@code Survey} entity of the job, on whichever node it runs.
 *
 * @param timeout for one answer
 */
public record EntityRecorder(ClusterSharding sharding, Duration timeout) implements BatchRecorder {

  @Override
  public CompletionStage<Integer> record(JobSpec job, List<BatchSpec> batches) {
    if (job.surveyId().isEmpty()) {
      return CompletableFuture.failedStage(
          new Refused("the job " + job.id() + " belongs to no survey"));
    }
    return sharding
        .entityRefFor(Entities.SURVEY, job.surveyId().get().value())
        .<SurveyReply>ask(
            (ActorRef<SurveyReply> replyTo) -> new SurveyCommand.Record(job.id(), batches, replyTo),
            timeout)
        .thenApply(EntityRecorder::acknowledged);
  }

  private static int acknowledged(SurveyReply reply) {
    return switch (reply) {
      case SurveyReply.Recorded recorded -> recorded.batches();
      case SurveyReply.Rejected rejected -> throw new Refused(rejected.reason());
      case SurveyReply.NotFound notFound ->
          throw new Refused("there is no survey " + notFound.survey());
      case SurveyReply.Created other -> throw unexpected(other);
      case SurveyReply.Cancelled other -> throw unexpected(other);
      case SurveyReply.Retried other -> throw unexpected(other);
      case SurveyReply.PrioritySet other -> throw unexpected(other);
      case SurveyReply.Answered other -> throw unexpected(other);
      case SurveyReply.State other -> throw unexpected(other);
    };
  }

  private static IllegalStateException unexpected(SurveyReply reply) {
    return new IllegalStateException("not an answer to Record: " + reply);
  }
}
