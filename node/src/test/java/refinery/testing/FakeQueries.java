package refinery.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;
import refinery.readmodel.NodeQueries;

/** A read model that knows nothing; a test overrides what it asks for. */
public class FakeQueries implements NodeQueries {
  @Override
  public CompletableFuture<Long> nextSchedulerEpoch() {
    return CompletableFuture.completedFuture(1L);
  }

  @Override
  public CompletableFuture<List<LiveJob>> liveJobs(Optional<JobId> after, int limit) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletableFuture<List<String>> openEntities(
      Duration age, Optional<String> after, int limit) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletableFuture<List<Unsettled>> unsettled(
      String type, Optional<String> after, int limit) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletableFuture<List<RefinedArtifact>> artifacts(Selector selector, int limit) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletableFuture<Optional<BatchId>> underWay(Selector selector) {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public CompletableFuture<List<AwaitedNeed>> awaitedNeeds(int limit) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletableFuture<List<BatchId>> awaiting(AwaitedNeed need, Instant before, int limit) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletableFuture<Boolean> mayCome(Selector selector) {
    return CompletableFuture.completedFuture(false);
  }

  @Override
  public CompletableFuture<Optional<Reusable>> reusable(String fingerprint) {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public CompletableFuture<Set<String>> listed(Collection<String> sha256) {
    return CompletableFuture.completedFuture(Set.of());
  }

  @Override
  public CompletableFuture<List<BatchId>> failedWithRawData(Instant failedBefore, int limit) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletableFuture<Set<JobId>> wantRawData(Collection<JobId> downloads) {
    return CompletableFuture.completedFuture(Set.of());
  }
}
