package refinery.http;

import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.ShardRegion.ClusterShardingStats;
import akka.cluster.sharding.ShardRegion.ShardRegionStats;
import akka.cluster.sharding.typed.GetClusterShardingStats;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;
import refinery.protocol.EntityKind;

/** Asks Akka. The kinds of entities must be initialised on this node. */
public final class AkkaCluster implements ClusterDirectory {
  private final ActorSystem<?> system;
  private final Cluster cluster;
  private final Duration timeout;

  public AkkaCluster(ActorSystem<?> system, Duration timeout) {
    this.system = system;
    this.cluster = Cluster.get(system);
    this.timeout = timeout;
  }

  @Override
  public List<Member> members() {
    var state = cluster.state();
    Address leader = state.getLeader();
    Set<akka.cluster.Member> unreachable = state.getUnreachable();
    return StreamSupport.stream(state.getMembers().spliterator(), false)
        .sorted((one, other) -> one.isOlderThan(other) ? -1 : other.isOlderThan(one) ? 1 : 0)
        .map(member -> view(member, !unreachable.contains(member), leader))
        .toList();
  }

  private Member view(akka.cluster.Member member, boolean reachable, Address leader) {
    // Akka adds a role for the data centre, which is the same for all.
    List<String> roles =
        new TreeSet<>(member.getRoles()).stream().filter(role -> !role.startsWith("dc-")).toList();
    return new Member(
        member.address().hostPort(),
        member.status().toString().toLowerCase(Locale.ROOT),
        roles,
        reachable,
        member.address().equals(leader),
        member.uniqueAddress().equals(cluster.selfMember().uniqueAddress()));
  }

  @Override
  public CompletionStage<List<Region>> regions(EntityKind kind) {
    return AskPattern.<akka.cluster.sharding.typed.ClusterShardingQuery, ClusterShardingStats>ask(
            ClusterSharding.get(system).shardState(),
            replyTo -> new GetClusterShardingStats(kind.key(), timeout, replyTo),
            timeout,
            system.scheduler())
        .thenApply(
            stats ->
                stats.getRegions().entrySet().stream()
                    .map(region -> region(region.getKey(), region.getValue()))
                    .toList());
  }

  private Region region(Address address, ShardRegionStats stats) {
    long entities =
        stats.getStats().values().stream().mapToLong(count -> ((Number) count).longValue()).sum();
    return new Region(
        address.hasGlobalScope() ? address.hostPort() : cluster.selfMember().address().hostPort(),
        stats.getStats().size(),
        entities,
        stats.getFailed().size());
  }
}
