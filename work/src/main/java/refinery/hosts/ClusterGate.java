package refinery.hosts;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.AskHost;
import refinery.protocol.scheduling.SchedulerCommand.HostAnswered;
import refinery.protocol.scheduling.SchedulerCommand.HostFailed;
import refinery.protocol.scheduling.SchedulerCommand.HostReply;

/**
 * Asks the scheduler, which knows of all requests of the cluster. While the scheduler does not
 * answer, as when it moves to another node, requests go on with the pauses of their own retries.
 * Call it on virtual threads.
 */
public final class ClusterGate implements HostGate {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterGate.class);
  private static final Duration ASK = Duration.ofSeconds(2);

  /** A host that was away so long ago may be back. */
  private static final Duration AWAY = Duration.ofSeconds(30);

  private static final int MOST_AWAY = 1_000;

  private final Map<String, Long> away = new ConcurrentHashMap<>();
  private final ActorSystem<?> system;
  private final ActorRef<SchedulerCommand> scheduler;
  private final Duration patience;

  /**
   * @param patience how long a request waits for a host that may not be asked
   */
  public ClusterGate(
      ActorSystem<?> system, ActorRef<SchedulerCommand> scheduler, Duration patience) {
    this.system = system;
    this.scheduler = scheduler;
    this.patience = patience;
  }

  @Override
  public Optional<String> enter(URI address, Caller caller) throws InterruptedException {
    long began = System.nanoTime();
    String host = HostGate.host(address);
    while (true) {
      Optional<HostReply> reply =
          ask(replyTo -> new AskHost(host, caller.archive(), caller.requestsPerSecond(), replyTo));
      switch (reply.orElse(new HostReply.Go(Duration.ZERO))) {
        case HostReply.Go go -> {
          pause(go.after());
          return Optional.empty();
        }
        case HostReply.NotNow notNow -> {
          noteAway(host);
          if (System.nanoTime() - began > patience.toNanos()) {
            return Optional.of(notNow.reason());
          }
          caller.waits().accept(notNow.reason());
          pause(notNow.again());
        }
      }
    }
  }

  @Override
  public void answered(URI address) {
    away.remove(HostGate.host(address));
    scheduler.tell(new HostAnswered(HostGate.host(address)));
  }

  @Override
  public boolean isAway(String host) {
    Long since = away.get(host);
    return since != null && System.nanoTime() - since < AWAY.toNanos();
  }

  private void noteAway(String host) {
    if (away.size() >= MOST_AWAY) {
      away.clear();
    }
    away.put(host, System.nanoTime());
  }

  @Override
  public boolean failed(URI address, Caller caller, String reason, Optional<Duration> retryAfter)
      throws InterruptedException {
    String host = HostGate.host(address);
    boolean isAway =
        ask(replyTo -> new HostFailed(host, caller.archive(), reason, retryAfter, replyTo))
            .filter(HostReply.NotNow.class::isInstance)
            .isPresent();
    if (isAway) {
      noteAway(host);
    }
    return isAway;
  }

  private Optional<HostReply> ask(Function<ActorRef<HostReply>, SchedulerCommand> question)
      throws InterruptedException {
    try {
      return Optional.of(
          AskPattern.<SchedulerCommand, HostReply>ask(
                  scheduler, question::apply, ASK, system.scheduler())
              .toCompletableFuture()
              .get());
    } catch (ExecutionException unanswered) {
      LOG.debug("the scheduler does not say whether to ask a host: {}", unanswered.getMessage());
      return Optional.empty();
    }
  }

  private static void pause(Duration duration) throws InterruptedException {
    if (duration.isPositive()) {
      boolean never = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
      assert !never;
    }
  }
}
