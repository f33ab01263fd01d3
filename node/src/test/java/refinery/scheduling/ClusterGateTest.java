package refinery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.Address;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import refinery.hosts.ClusterGate;
import refinery.hosts.HostGate;
import refinery.protocol.scheduling.SchedulerCommand;

/** The gate of a node and the scheduler behind it. */
class ClusterGateTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final URI ADDRESS = URI.create("https://ftp.example.org/file");
  private static final HostGate.Caller CALLER = new HostGate.Caller("ena", 1_000, reason -> {});
  private static final int WAITING = 200;

  private final AtomicBoolean dead = new AtomicBoolean(true);
  private final AtomicInteger requests = new AtomicInteger();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static ActorRef<SchedulerCommand> scheduler() {
    Membership alone =
        new Membership() {
          @Override
          public Set<Address> workers() {
            return Set.of();
          }

          @Override
          public Set<Address> members() {
            return Set.of();
          }

          @Override
          public boolean isSettled() {
            return true;
          }

          @Override
          public Address addressOf(ActorRef<?> ref) {
            return ref.path().address();
          }
        };
    SchedulingConfig config =
        SchedulingConfig.from(
            ConfigFactory.parseString(
                    "refinery.transfer.breaker { first-pause = 100ms, longest-pause = 200ms }")
                .withFallback(ConfigFactory.parseResources("application.conf"))
                .resolve()
                .getConfig("refinery"));
    return KIT.spawn(
        Scheduler.create(config, new FakeQueries(), (job, told) -> {}, alone, Clock.systemUTC()));
  }

  /** Asks until the host answers. */
  private boolean transfer(HostGate gate) throws InterruptedException {
    while (gate.enter(ADDRESS, CALLER).isEmpty()) {
      requests.incrementAndGet();
      if (!dead.get()) {
        gate.answered(ADDRESS);
        return true;
      }
      gate.failed(ADDRESS, CALLER, "connection refused", Optional.empty());
    }
    return false;
  }

  @Test
  void oneProbeForAllThatWaitAndAllGoOnWhenItIsAnswered() throws Exception {
    HostGate gate = new ClusterGate(KIT.system(), scheduler(), Duration.ofMinutes(1));
    List<CompletableFuture<Boolean>> transfers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      // Two fail before the host counts as away, so that not all of them ask it at once.
      for (int early = 0; early < 3; early++) {
        assertThat(gate.enter(ADDRESS, CALLER)).isEmpty();
        gate.failed(ADDRESS, CALLER, "connection refused", Optional.empty());
      }
      long began = System.nanoTime();
      for (int number = 0; number < WAITING; number++) {
        transfers.add(CompletableFuture.supplyAsync(() -> uninterrupted(gate), threads));
      }
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> requests.get() >= 3);
      dead.set(false);
      CompletableFuture.allOf(transfers.toArray(CompletableFuture[]::new))
          .get(30, TimeUnit.SECONDS);
      long pauses = Duration.ofNanos(System.nanoTime() - began).dividedBy(Duration.ofMillis(100));
      assertThat(transfers).allMatch(CompletableFuture::join);
      assertThat((long) requests.get() - WAITING).isBetween(2L, pauses);
    }
  }

  private boolean uninterrupted(HostGate gate) {
    try {
      return transfer(gate);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @Test
  void waitingIsGivenUpWithTheReason() throws Exception {
    HostGate gate = new ClusterGate(KIT.system(), scheduler(), Duration.ofMillis(1));
    for (int failure = 0; failure < 3; failure++) {
      assertThat(gate.isAway(HostGate.host(ADDRESS))).isFalse();
      gate.failed(ADDRESS, CALLER, "connection refused", Optional.empty());
    }
    assertThat(gate.isAway(HostGate.host(ADDRESS))).isTrue();
    gate.answered(ADDRESS);
    assertThat(gate.isAway(HostGate.host(ADDRESS))).isFalse();
    gate.failed(ADDRESS, CALLER, "too many", Optional.of(Duration.ofSeconds(60)));
    assertThat(gate.enter(ADDRESS, CALLER).orElseThrow())
        .contains("ftp.example.org:443", "too many");
    assertThat(gate.isAway(HostGate.host(ADDRESS))).isTrue();
  }

  @Test
  void withoutASchedulerRequestsGoOn() throws Exception {
    HostGate gate =
        new ClusterGate(
            KIT.system(), KIT.<SchedulerCommand>createTestProbe().getRef(), Duration.ofMinutes(1));
    assertThat(gate.enter(ADDRESS, CALLER)).isEmpty();
    assertThat(gate.failed(ADDRESS, CALLER, "reset", Optional.empty())).isFalse();
  }
}
