package refinery.scheduling;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import java.util.HashSet;
import java.util.Set;

/** The members of the cluster as this node sees them now. Cheap and non-blocking. */
public interface Membership {

  /** Addresses of the members that are up and run an agent. */
  Set<Address> workers();

  /** Addresses of all members that have not been removed. */
  Set<Address> members();

  /** True when every member is up and reachable: none is joining, leaving or being downed. */
  boolean isSettled();

  Address addressOf(ActorRef<?> ref);

  /** The membership of the cluster that this actor system belongs to. */
  static Membership of(ActorSystem<?> system) {
    Cluster cluster = Cluster.get(system);
    Set<String> workRoles = Set.of("surveyor", "downloader", "processor");
    return new Membership() {
      @Override
      public Set<Address> workers() {
        Set<Address> workers = new HashSet<>();
        for (Member member : cluster.state().getMembers()) {
          boolean works = member.getRoles().stream().anyMatch(workRoles::contains);
          if (works && member.status().equals(MemberStatus.up())) {
            workers.add(member.address());
          }
        }
        return workers;
      }

      @Override
      public Set<Address> members() {
        Set<Address> members = new HashSet<>();
        cluster.state().getMembers().forEach(member -> members.add(member.address()));
        return members;
      }

      @Override
      public boolean isSettled() {
        for (Member member : cluster.state().getMembers()) {
          if (!member.status().equals(MemberStatus.up())) {
            return false;
          }
        }
        return cluster.state().getUnreachable().isEmpty();
      }

      @Override
      public Address addressOf(ActorRef<?> ref) {
        Address address = ref.path().address();
        return address.hasGlobalScope() ? address : cluster.selfMember().address();
      }
    };
  }
}
