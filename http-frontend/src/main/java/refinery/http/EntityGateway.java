package refinery.http;

import akka.actor.typed.ActorRef;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyReply;

/**
 * Asks entities. Every stage ends within the gateway's time-out, with a {@link
 * java.util.concurrent.TimeoutException} if nothing was answered, which says nothing about the
 * command: it may have been carried out. Asking an unknown id wakes an empty entity, so callers
 * look the id up in the read model first.
 */
public interface EntityGateway {
  CompletionStage<SurveyReply> survey(
      SurveyId id, Function<ActorRef<SurveyReply>, SurveyCommand> command);

  CompletionStage<BatchReply> batch(
      BatchId id, Function<ActorRef<BatchReply>, BatchCommand> command);

  CompletionStage<JobReply> job(JobId id, Function<ActorRef<JobReply>, JobCommand> command);

  /** The shard that an entity with this id belongs to. */
  String shard(String entityId);

  /** The address of the node that hosts the shard; empty when the shard is at home nowhere. */
  CompletionStage<Optional<String>> host(EntityType type, String shard);
}
