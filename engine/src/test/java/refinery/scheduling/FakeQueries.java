package refinery.scheduling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.protocol.BatchId;
import refinery.protocol.EntityKind;
import refinery.protocol.JobId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;
import refinery.readmodel.NodeQueries;

/** What the scheduler asks, from memory. */
final class FakeQueries implements NodeQueries {
  final List<LiveJob> rows = new ArrayList<>();
  private long epoch;

  @Override
  public CompletionStage<Long> nextSchedulerEpoch() {
    return CompletableFuture.completedStage(++epoch);
  }

  @Override
  public CompletionStage<List<LiveJob>> liveJobs(Optional<JobId> after, int limit) {
    return CompletableFuture.completedStage(
        rows.stream()
            .filter(row -> after.isEmpty() || row.ticket().job().compareTo(after.get()) > 0)
            .limit(limit)
            .toList());
  }

  private static <T> CompletionStage<T> notAsked() {
    return CompletableFuture.failedStage(new UnsupportedOperationException("not for schedulers"));
  }

  @Override
  public CompletionStage<List<Unsettled>> unsettled(
      EntityKind kind, Optional<String> after, int limit) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletionStage<List<RefinedArtifact>> artifacts(Selector selector, int limit) {
    return notAsked();
  }

  @Override
  public CompletionStage<List<AwaitedNeed>> awaitedNeeds(String after, int limit) {
    return notAsked();
  }

  @Override
  public CompletionStage<List<BatchId>> awaiting(
      AwaitedNeed need, Instant before, Optional<BatchId> after, int limit) {
    return notAsked();
  }

  @Override
  public CompletionStage<Boolean> mayCome(Selector selector) {
    return notAsked();
  }

  @Override
  public CompletionStage<Optional<BatchId>> underWay(Selector selector) {
    return notAsked();
  }

  @Override
  public CompletionStage<Optional<Reusable>> reusable(String fingerprint) {
    return notAsked();
  }

  @Override
  public CompletionStage<Set<String>> listed(Collection<String> sha256) {
    return notAsked();
  }

  @Override
  public CompletionStage<List<BatchId>> failedWithRawData(Instant failedBefore, int limit) {
    return CompletableFuture.completedStage(List.of());
  }

  @Override
  public CompletionStage<Set<JobId>> wantRawData(Collection<JobId> downloads) {
    return notAsked();
  }
}
