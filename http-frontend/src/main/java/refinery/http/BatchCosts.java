package refinery.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import refinery.http.forecast.Money;
import refinery.http.forecast.Prices;
import refinery.protocol.Json;
import refinery.protocol.job.JobKind;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.JobView.AttemptView;

/**
 * What one batch has taken, over all attempts of its jobs. A download that several batches share
 * counts in equal parts. Pure.
 */
final class BatchCosts {
  private static final double HOUR = 3600;
  private static final double GB = 1e9;

  private BatchCosts() {}

  /**
   * @param jobs of the batch
   * @param now until when an attempt that still runs counts
   */
  static ObjectNode of(BatchView batch, List<JobView> jobs, Optional<Prices> prices, Instant now) {
    double cpuSeconds = 0;
    double reservedSeconds = 0;
    double memorySeconds = 0;
    double downloads = 0;
    for (JobView job : jobs) {
      double share = 1.0 / Math.max(1, job.batchIds().size());
      downloads += job.kind() == JobKind.DOWNLOAD && job.finishedAt().isPresent() ? share : 0;
      for (AttemptView attempt : job.attempts()) {
        double seconds = seconds(attempt, now) * share;
        cpuSeconds += attempt.cpuSeconds() * share;
        reservedSeconds += seconds * job.resources().cpu() / 1_000;
        memorySeconds += seconds * job.resources().memory();
      }
    }
    long downloaded = Math.round(fileBytes(batch) * downloads);
    long kept = batch.artifacts().stream().mapToLong(BatchView.ArtifactView::size).sum();
    ObjectNode costs =
        Json.MAPPER
            .createObjectNode()
            .put("cpu_hours", cpuSeconds / HOUR)
            .put("cpu_hours_reserved", reservedSeconds / HOUR)
            .put("gb_hours_reserved", memorySeconds / GB / HOUR)
            .put("bytes_downloaded", downloaded)
            .put("bytes_kept", kept);
    costs.set(
        "money",
        Json.MAPPER.valueToTree(
            prices.map(
                each ->
                    Money.of(
                        each,
                        OptionalDouble.of(costs.path("cpu_hours").asDouble()),
                        downloaded,
                        OptionalLong.of(kept)))));
    return costs;
  }

  private static double seconds(AttemptView attempt, Instant now) {
    Instant end = attempt.finishedAt().orElse(now);
    return Math.max(0, Duration.between(attempt.startedAt(), end).toMillis() / 1e3);
  }

  private static long fileBytes(BatchView batch) {
    return batch.files().stream().mapToLong(file -> file.size().orElse(0)).sum();
  }
}
