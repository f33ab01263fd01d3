package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static refinery.transfer.FaultServer.cut;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.FaultServer.status;
import static refinery.transfer.Node.fixture;
import static refinery.transfer.Node.reads;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.hosts.HostGate;
import refinery.hosts.HostLimits;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;

/** What transfers do at the cluster's gate. */
class HostGateTest {
  private static final int TRIES = 3;
  private static final byte[] GOOD = fixture("malformed/good_1.fastq.gz");

  @TempDir Path directory;

  /** Calls a host away after its first failure, and waits for it {@code patience} times. */
  private static final class Gate implements HostGate {
    final List<String> failures = new CopyOnWriteArrayList<>();
    final List<Optional<Duration>> askedToWait = new CopyOnWriteArrayList<>();
    private final int patience;

    Gate(int patience) {
      this.patience = patience;
    }

    @Override
    public Optional<String> enter(URI address, Caller caller) {
      if (failures.isEmpty()) {
        return Optional.empty();
      }
      caller.waits().accept(HostGate.host(address) + " is away");
      return failures.size() > patience ? Optional.of("it is away for long") : Optional.empty();
    }

    @Override
    public void answered(URI address) {}

    @Override
    public boolean failed(
        URI address, Caller caller, String reason, Optional<Duration> retryAfter) {
      failures.add(caller.archive() + ": " + reason);
      askedToWait.add(retryAfter);
      return true;
    }
  }

  private Node node(Gate gate) throws Exception {
    return new Node(
        directory,
        Node.settings(TRIES),
        new DownloadRunner.Asking(gate, new HostLimits(100, Map.of(), Duration.ofMinutes(1))));
  }

  private static FaultServer.Answer[] thenGood(int failures, FaultServer.Answer failure) {
    return IntStream.rangeClosed(0, failures)
        .mapToObj(number -> number < failures ? failure : file(GOOD))
        .toArray(FaultServer.Answer[]::new);
  }

  @Test
  void aHostThatIsAwayForLongerThanAllTriesIsWaitedForAndNotFallenBackFrom() throws Exception {
    Gate gate = new Gate(Integer.MAX_VALUE);
    int failures = 4 * TRIES;
    try (Node node = node(gate)) {
      node.server
          .on("/file", thenGood(failures, status(503, "Retry-After: 1")))
          .on("/mirror", file(GOOD));
      LocalAttempt attempt =
          node.attempt(
              "R1",
              List.of(reads("R1.fastq.gz", node.ena("/file", GOOD), node.ena("/mirror", GOOD))),
              Map.of());
      Outcome.Succeeded done = (Outcome.Succeeded) node.run(attempt);
      RawFile raw = ((JobResult.Downloaded) done.result()).files().getFirst();
      assertThat(raw.url()).endsWith("/file");
      assertThat(node.server.requests("/file")).hasSize(failures + 1);
      assertThat(node.server.requests("/mirror")).isEmpty();
      assertThat(gate.failures).containsOnly("ena: answered 503");
      assertThat(gate.askedToWait).containsOnly(Optional.of(Duration.ofSeconds(1)));
      assertThat(Files.readString(attempt.log()))
          .containsOnlyOnce("R1.fastq.gz: waits: 127.0.0.1:");
    }
  }

  @Test
  void waitingIsGivenUpWithTheReason() throws Exception {
    Gate gate = new Gate(2);
    try (Node node = node(gate)) {
      node.server.on("/file", status(502));
      Outcome outcome =
          node.run("R1", List.of(reads("R1.fastq.gz", node.ena("/file", GOOD))), Map.of());
      assertThat(((Outcome.Failed) outcome).failure().message()).contains("it is away for long");
      assertThat(gate.failures).hasSize(3);
      assertThat(node.server.requests("/file")).hasSize(3);
    }
  }

  @Test
  void aBodyThatBreaksIsAFailureOfItsHost() throws Exception {
    Gate gate = new Gate(Integer.MAX_VALUE);
    try (Node node = node(gate)) {
      node.server.on("/file", cut(GOOD, GOOD.length / 2), file(GOOD));
      Outcome outcome =
          node.run("R1", List.of(reads("R1.fastq.gz", node.ena("/file", GOOD))), Map.of());
      assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
      assertThat(gate.failures).hasSize(1);
    }
  }

  /** Every byte comes in time, but the file would take for ever. */
  @Test
  void aFileThatTakesTooLongForItsSizeIsSoughtElsewhere() throws Exception {
    TransferSettings settings =
        Node.settings(TRIES)
            .withDeadline(new TransferSettings.Deadline(Duration.ofMillis(300), 1L << 20));
    try (Node node = new Node(directory, settings)) {
      node.server
          .on(
              "/file",
              (request, socket, out) -> {
                FaultServer.head(out, 200, "Content-Length: " + GOOD.length);
                for (int at = 0; at < GOOD.length; at += 50) {
                  out.write(GOOD, at, Math.min(50, GOOD.length - at));
                  out.flush();
                  FaultServer.pause(50);
                }
              })
          .on("/mirror", file(GOOD));
      Outcome.Succeeded done =
          (Outcome.Succeeded)
              node.run(
                  "R1",
                  List.of(reads("R1.fastq.gz", node.ena("/file", GOOD), node.ena("/mirror", GOOD))),
                  Map.of());
      JobResult.Downloaded result = (JobResult.Downloaded) done.result();
      assertThat(result.files().getFirst().url()).endsWith("/mirror");
      assertThat(result.facts().get("fallback_reason")).contains("did not deliver");
      assertThat(node.server.requests("/file")).hasSize(1);
    }
  }

  @Test
  void anAnswerAboutTheFileIsNoFailureOfItsHost() throws Exception {
    for (int code : new int[] {403, 404, 410, 500}) {
      Gate gate = new Gate(0);
      try (Node node = node(gate)) {
        node.server.on("/file", status(code));
        Outcome outcome =
            node.run("R1", List.of(reads("R1.fastq.gz", node.ena("/file", GOOD))), Map.of());
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(gate.failures).isEmpty();
      }
    }
  }

  @Test
  void theShippedLimitsAreReadAndBadOnesNameTheirKey() {
    var shipped = ConfigFactory.parseResources("transfer.conf").resolve();
    assertThat(HostLimits.from(shipped))
        .isEqualTo(new HostLimits(12, Map.of(), Duration.ofMinutes(10)));
    var own =
        ConfigFactory.parseString("refinery.transfer.hosts.ena.requests-per-second = 3")
            .withFallback(shipped);
    assertThat(HostLimits.from(own).requestsPerSecond("ena")).isEqualTo(3);
    assertThat(HostLimits.from(own).requestsPerSecond("ncbi")).isEqualTo(12);
    for (String bad :
        List.of(
            "refinery.transfer.hosts.ena.requests-per-second",
            "refinery.transfer.breaker.patience")) {
      var config = ConfigFactory.parseString(bad + " = 0").withFallback(shipped);
      assertThatThrownBy(() -> HostLimits.from(config))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(bad);
    }
  }
}
