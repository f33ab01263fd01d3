package refinery.http;

import java.util.List;
import java.util.concurrent.CompletionStage;
import refinery.protocol.EntityKind;

/** The cluster as this node sees it now. Thread-safe; no method blocks. */
public interface ClusterDirectory {
  /** The members, the oldest first. */
  List<Member> members();

  /** Where the shards of a kind lie. Fails with a time-out if nothing answers. */
  CompletionStage<List<Region>> regions(EntityKind kind);

  /**
   * A member of the cluster.
   *
   * @param address as in {@code refinery@host:port}
   * @param status as {@code joining}, {@code up} or {@code leaving}
   * @param reachable false if any node cannot reach it
   * @param leader true for the one that lets members in and out
   * @param self true for the node that answers
   */
  record Member(
      String address,
      String status,
      List<String> roles,
      boolean reachable,
      boolean leader,
      boolean self) {
    public Member {
      roles = List.copyOf(roles);
    }
  }

  /**
   * What one node holds of a kind.
   *
   * @param entities in memory
   * @param unanswered shards that did not say how many entities they hold
   */
  record Region(String address, int shards, long entities, int unanswered) {}
}
