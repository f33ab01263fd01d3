package refinery.http;

import akka.actor.typed.ActorRef;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.protocol.BatchId;
import refinery.protocol.EntityKind;
import refinery.protocol.JobId;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.schedule.ScheduleReply;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyReply;

/**
 * Asks entities. Every stage ends within the gateway's time-out. A {@link
 * java.util.concurrent.TimeoutException} means that no answer came; the command may have been
 * carried out. Asking an unknown id starts an empty entity, so callers look the id up in the read
 * model first. Thread-safe.
 */
public interface EntityGateway {
  CompletionStage<SurveyReply> survey(
      SurveyId id, Function<ActorRef<SurveyReply>, SurveyCommand> command);

  CompletionStage<BatchReply> batch(
      BatchId id, Function<ActorRef<BatchReply>, BatchCommand> command);

  CompletionStage<JobReply> job(JobId id, Function<ActorRef<JobReply>, JobCommand> command);

  CompletionStage<ScheduleReply> schedule(
      ScheduleId id, Function<ActorRef<ScheduleReply>, ScheduleCommand> command);

  /** The shard that an entity with this id belongs to. */
  String shard(String entityId);

  /** The address of the node that hosts a shard; empty when no node does. */
  CompletionStage<Optional<String>> host(EntityKind kind, String shard);
}
