package refinery.http;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.ShardRegion.ClusterShardingStats;
import akka.cluster.sharding.typed.ClusterShardingQuery;
import akka.cluster.sharding.typed.GetClusterShardingStats;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.protocol.BatchId;
import refinery.protocol.Entities;
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
 * Asks entities through Akka Cluster Sharding. The entity types must be initialised on this node.
 */
public final class ShardedEntities implements EntityGateway {
  private final ActorSystem<?> system;
  private final ClusterSharding sharding;
  private final Duration timeout;
  private final int numberOfShards;

  public ShardedEntities(ActorSystem<?> system, Duration timeout) {
    this.system = system;
    this.sharding = ClusterSharding.get(system);
    this.timeout = timeout;
    this.numberOfShards =
        system.settings().config().getInt("akka.cluster.sharding.number-of-shards");
  }

  @Override
  public CompletionStage<SurveyReply> survey(
      SurveyId id, Function<ActorRef<SurveyReply>, SurveyCommand> command) {
    return sharding.entityRefFor(Entities.SURVEY, id.value()).ask(command::apply, timeout);
  }

  @Override
  public CompletionStage<BatchReply> batch(
      BatchId id, Function<ActorRef<BatchReply>, BatchCommand> command) {
    return sharding.entityRefFor(Entities.BATCH, id.value()).ask(command::apply, timeout);
  }

  @Override
  public CompletionStage<JobReply> job(JobId id, Function<ActorRef<JobReply>, JobCommand> command) {
    return sharding.entityRefFor(Entities.JOB, id.value()).ask(command::apply, timeout);
  }

  @Override
  public CompletionStage<ScheduleReply> schedule(
      ScheduleId id, Function<ActorRef<ScheduleReply>, ScheduleCommand> command) {
    return sharding.entityRefFor(Entities.SCHEDULE, id.value()).ask(command::apply, timeout);
  }

  /** Computed as in {@code akka.cluster.sharding.typed.HashCodeMessageExtractor}. */
  @Override
  public String shard(String entityId) {
    return shard(entityId, numberOfShards);
  }

  static String shard(String entityId, int numberOfShards) {
    return Integer.toString(Math.abs(entityId.hashCode() % numberOfShards));
  }

  @Override
  public CompletionStage<Optional<String>> host(EntityKind kind, String shard) {
    ActorRef<ClusterShardingQuery> state = sharding.shardState();
    CompletionStage<ClusterShardingStats> stats =
        AskPattern.ask(
            state,
            replyTo -> new GetClusterShardingStats(kind.key(), timeout, replyTo),
            timeout,
            system.scheduler());
    return stats.thenApply(
        found ->
            found.getRegions().entrySet().stream()
                .filter(region -> region.getValue().getStats().containsKey(shard))
                .map(region -> text(region.getKey()))
                .findFirst());
  }

  /** The node's own region is reported without host and port. */
  private String text(Address address) {
    return address.hasGlobalScope() ? address.hostPort() : system.address().hostPort();
  }
}
