package refinery.http;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import refinery.protocol.EntityKind;

/** Two members, the younger of which joins; shards of surveys are not known. */
final class FakeCluster implements ClusterDirectory {
  static final String OLD = "akka://refinery@127.0.0.1:25520";

  @Override
  public List<Member> members() {
    return List.of(
        new Member(OLD, "up", List.of("control"), true, true, true),
        new Member("akka://refinery@127.0.0.1:1", "joining", List.of(), true, false, false));
  }

  @Override
  public CompletionStage<List<Region>> regions(EntityKind kind) {
    return kind == EntityKind.SURVEY
        ? CompletableFuture.failedFuture(new TimeoutException("no answer"))
        : CompletableFuture.completedFuture(List.of(new Region(OLD, 3, 7, 1)));
  }
}
