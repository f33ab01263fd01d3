package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import refinery.http.forecast.Prices;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.JobView.AttemptView;

class BatchCostsTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final BatchId ONE = BatchId.of("batch-one");
  private static final BatchId TWO = BatchId.of("batch-two");

  private static AttemptView attempt(int number, Optional<Integer> minutes, double cpuSeconds) {
    return new AttemptView(
        number,
        NodeId.of("node-a"),
        BEGIN,
        minutes.map(after -> BEGIN.plusSeconds(60L * after)),
        "any",
        "",
        1,
        cpuSeconds);
  }

  private static JobView job(
      JobKind kind, Resources resources, List<BatchId> batches, AttemptView... attempts) {
    return new JobView(
        JobId.of("job-x"),
        kind,
        Optional.empty(),
        batches,
        Optional.empty(),
        "salmon-quant",
        JobState.SUCCEEDED,
        1,
        Optional.empty(),
        50,
        resources,
        BEGIN,
        Optional.of(BEGIN),
        Optional.of(BEGIN.plusSeconds(60)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(attempts),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  private static BatchView batch() {
    BatchView.FileView file =
        new BatchView.FileView(
            "r_1.fastq.gz",
            "fastq.gz",
            List.of(),
            OptionalLong.of(3_000_000_000L),
            Optional.empty(),
            Optional.empty());
    return new BatchView(
        ONE,
        List.of(),
        List.of(),
        "ena",
        "SRR1",
        "salmon-quant",
        Optional.empty(),
        Map.of(),
        Map.of(),
        List.of(),
        BatchState.DONE,
        Optional.empty(),
        Optional.empty(),
        BEGIN,
        BEGIN,
        List.of(file, file),
        List.of(),
        List.of(new BatchView.ArtifactView("quant.sf", "ab", 500_000_000, "text/plain", "", "/x")),
        Map.of(),
        Optional.empty());
  }

  @Test
  void allAttemptsCountAndASharedDownloadInEqualParts() {
    List<JobView> jobs =
        List.of(
            job(
                JobKind.DOWNLOAD,
                Resources.of(0, 1_000_000_000, 0),
                List.of(ONE, TWO),
                attempt(1, Optional.of(60), 720)),
            job(
                JobKind.PROCESS,
                Resources.of(2000, 4_000_000_000L, 0),
                List.of(ONE),
                attempt(1, Optional.of(30), 1800),
                attempt(2, Optional.empty(), 0)));
    Prices prices =
        new Prices("EUR", OptionalDouble.of(0.1), OptionalDouble.of(0.01), OptionalDouble.of(0.02));
    JsonNode costs = BatchCosts.of(batch(), jobs, Optional.of(prices), BEGIN.plusSeconds(3600));
    assertThat(costs.path("cpu_hours").asDouble()).isEqualTo(0.6, within(1e-9));
    assertThat(costs.path("cpu_hours_reserved").asDouble()).isEqualTo(3, within(1e-9));
    assertThat(costs.path("gb_hours_reserved").asDouble()).isEqualTo(6.5, within(1e-9));
    assertThat(costs.path("bytes_downloaded").asLong()).isEqualTo(3_000_000_000L);
    assertThat(costs.path("bytes_kept").asLong()).isEqualTo(500_000_000);
    assertThat(costs.at("/money/currency").asText()).isEqualTo("EUR");
    assertThat(costs.at("/money/once").asDouble()).isEqualTo(0.09, within(1e-9));
    assertThat(costs.at("/money/storage_per_month").asDouble()).isEqualTo(0.01, within(1e-9));
    JsonNode free = BatchCosts.of(batch(), List.of(), Optional.empty(), BEGIN);
    assertThat(free.path("cpu_hours").asDouble()).isZero();
    assertThat(free.path("bytes_downloaded").asLong()).isZero();
    assertThat(free.path("money").isNull()).isTrue();
  }
}
