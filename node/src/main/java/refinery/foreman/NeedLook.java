package refinery.foreman;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.readmodel.NodeQueries;
import refinery.readmodel.NodeQueries.AwaitedNeed;

/** One look at what batches wait for: which can be offered something, which never will be. */
final class NeedLook {
  private static final int MOST_NEEDS = 1_000;

  private final NodeQueries queries;
  private final int most;

  /**
   * @param most batches that one look finds
   */
  NeedLook(NodeQueries queries, int most) {
    this.queries = queries;
    this.most = most;
  }

  /** What is there for batches that wait. */
  CompletionStage<List<Nudge>> offers() {
    return queries.awaitedNeeds(MOST_NEEDS).thenCompose(needs -> offers(needs, 0, List.of()));
  }

  private CompletionStage<List<Nudge>> offers(
      List<AwaitedNeed> needs, int from, List<Nudge> found) {
    if (from == needs.size() || found.size() >= most) {
      return CompletableFuture.completedFuture(found);
    }
    AwaitedNeed awaited = needs.get(from);
    return queries
        .artifacts(awaited.need().selector(), 1)
        .thenCompose(
            there ->
                there.isEmpty()
                    ? CompletableFuture.completedFuture(found)
                    : offers(awaited, there.getFirst(), found))
        .thenCompose(all -> offers(needs, from + 1, all));
  }

  private CompletionStage<List<Nudge>> offers(
      AwaitedNeed awaited, RefinedArtifact artifact, List<Nudge> found) {
    return queries
        .awaiting(awaited, Instant.MAX, most - found.size())
        .thenApply(
            batches -> {
              List<Nudge> all = new ArrayList<>(found);
              batches.forEach(batch -> all.add(new Nudge.Offer(batch, awaited.need(), artifact)));
              return all;
            });
  }

  /** Batches that wait since before this time for what is not there and not under way either. */
  CompletionStage<List<Nudge>> hopeless(Instant waitingBefore) {
    return queries
        .awaitedNeeds(MOST_NEEDS)
        .thenCompose(needs -> hopeless(needs, 0, waitingBefore, List.of()));
  }

  private CompletionStage<List<Nudge>> hopeless(
      List<AwaitedNeed> needs, int from, Instant waitingBefore, List<Nudge> found) {
    if (from == needs.size() || found.size() >= most) {
      return CompletableFuture.completedFuture(found);
    }
    AwaitedNeed awaited = needs.get(from);
    return hopeless(awaited, waitingBefore, found)
        .thenCompose(all -> hopeless(needs, from + 1, waitingBefore, all));
  }

  private CompletionStage<List<Nudge>> hopeless(
      AwaitedNeed awaited, Instant waitingBefore, List<Nudge> found) {
    return queries
        .artifacts(awaited.need().selector(), 1)
        .thenCombine(
            queries.mayCome(awaited.need().selector()),
            (there, coming) -> there.isEmpty() && !coming)
        .thenCompose(
            nothing ->
                nothing
                    ? queries.awaiting(awaited, waitingBefore, most - found.size())
                    : CompletableFuture.completedFuture(List.of()))
        .thenApply(
            batches -> {
              List<Nudge> all = new ArrayList<>(found);
              batches.forEach(
                  batch -> all.add(new Nudge.GiveUpNeed(batch, awaited.need(), waitingBefore)));
              return all;
            });
  }
}
