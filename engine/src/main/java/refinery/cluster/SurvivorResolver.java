package refinery.cluster;

import akka.cluster.Cluster;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.Reachability;
import akka.cluster.UniqueAddress;
import akka.cluster.sbr.DowningStrategy;
import akka.cluster.sbr.SplitBrainResolverBase;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import refinery.cluster.Witnesses.Word;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Akka's split brain resolver with two changes. It ignores what a dead node last said about living
 * ones ({@link Witnesses}). And it waits longer before it downs nodes that some members reach and
 * others do not, because the member that did not reach them may just have died. It extends internal
 * classes of Akka 2.8.5.
 */
final class SurvivorResolver extends SplitBrainResolverBase {
  private static final Set<MemberStatus> LEFT = Set.of(MemberStatus.down(), MemberStatus.exiting());

  private final FiniteDuration contradicted;

  /** Members that Akka reports as unreachable, whoever observed it. */
  private final Map<UniqueAddress, Member> reported = new HashMap<>();

  /**
   * Those of {@link #reported} that the resolver was told of, because a credible member observed
   * it.
   */
  private final Set<UniqueAddress> told = new HashSet<>();

  private Reachability reachability = Reachability.empty();

  /**
   * @param contradicted how much longer than {@code stableAfter} to wait when some members reach a
   *     node and others do not
   */
  SurvivorResolver(
      FiniteDuration stableAfter, DowningStrategy strategy, FiniteDuration contradicted) {
    super(stableAfter, strategy);
    this.contradicted = contradicted;
  }

  private Cluster cluster() {
    return Cluster.get(context().system());
  }

  @Override
  public UniqueAddress selfUniqueAddress() {
    return cluster().selfUniqueAddress();
  }

  @Override
  public String selfDc() {
    return cluster().selfDataCenter();
  }

  @Override
  public void preStart() throws Exception {
    cluster()
        .subscribe(
            self(), ClusterEvent.initialStateAsEvents(), ClusterEvent.ClusterDomainEvent.class);
    super.preStart();
  }

  @Override
  public void postStop() {
    cluster().unsubscribe(self());
    super.postStop();
  }

  @Override
  public void down(UniqueAddress node, DowningStrategy.Decision decision) {
    cluster().down(node.address());
  }

  @Override
  public boolean isResponsible() {
    return super.isResponsible()
        && (!strategy().hasIndirectlyConnected()
            || stableDeadline().$plus(contradicted).isOverdue());
  }

  @Override
  public void reachabilityChanged(Reachability changed) {
    reachability = changed;
    super.reachabilityChanged(credible());
    tell();
  }

  @Override
  public void unreachableMember(Member member) {
    reported.put(member.uniqueAddress(), member);
    tell();
  }

  @Override
  public void reachableMember(Member member) {
    reported.remove(member.uniqueAddress());
    if (told.remove(member.uniqueAddress())) {
      super.reachableMember(member);
    }
  }

  @Override
  public void remove(Member member) {
    reported.remove(member.uniqueAddress());
    told.remove(member.uniqueAddress());
    super.remove(member);
  }

  /** Tells the resolver which members are unreachable by the credible observations alone. */
  private void tell() {
    Set<UniqueAddress> unreachable =
        CollectionConverters.asJava(credible().allUnreachableOrTerminated());
    reported.forEach(
        (address, member) -> {
          if (unreachable.contains(address)) {
            if (told.add(address)) {
              super.unreachableMember(member);
            }
          } else if (told.remove(address)) {
            super.reachableMember(member);
          }
        });
  }

  private Reachability credible() {
    Set<Word<UniqueAddress>> words =
        CollectionConverters.asJava(reachability.records()).stream()
            .filter(record -> !record.status().equals(Reachability.Reachable$.MODULE$))
            .map(record -> new Word<>(record.observer(), record.subject()))
            .collect(Collectors.toSet());
    Set<UniqueAddress> members =
        CollectionConverters.asJava(strategy().allMembersInDC()).stream()
            .filter(member -> !LEFT.contains(member.status()))
            .map(Member::uniqueAddress)
            .collect(Collectors.toSet());
    Set<Word<UniqueAddress>> credible = Witnesses.credible(selfUniqueAddress(), members, words);
    return reachability.filterRecords(
        record -> credible.contains(new Word<>(record.observer(), record.subject())));
  }
}
