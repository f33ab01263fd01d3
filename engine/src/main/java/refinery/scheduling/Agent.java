package refinery.scheduling;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.SchedulerCommand;

/** A node's agent, as its last report described it. Not thread-safe. */
final class Agent {
  /**
   * How long an order to drain overrides the agent's reports, which may have been sent before the
   * order reached it.
   */
  private static final Duration ORDER_HOLDS = Duration.ofSeconds(10);

  SchedulerCommand.NodeDescription description;
  ActorRef<AgentCommand> ref;
  long incarnation;
  long sequence;
  Instant heardAt;
  boolean silent;
  final Map<Assigned.Key, Assigned> held = new LinkedHashMap<>();

  /**
   * Attempts that have ended here and hold nothing, but whose jobs may not know of the end; number
   * by job.
   */
  final Map<JobId, Integer> unreported = new LinkedHashMap<>();

  private Optional<DrainOrder> ordered = Optional.empty();
  private Instant orderedAt = Instant.MIN;

  Agent(SchedulerCommand.Report report, Instant now) {
    take(report, now);
  }

  void take(SchedulerCommand.Report report, Instant now) {
    description = report.node();
    ref = report.agent();
    incarnation = report.incarnation();
    sequence = report.sequence();
    heardAt = now;
    silent = false;
    unreported.clear();
    report.unreported().forEach(ended -> unreported.merge(ended.job(), ended.attempt(), Math::max));
  }

  /** Empty: it takes work again. Returns the order that holds. */
  Optional<DrainOrder> order(Optional<DrainOrder> wanted, Instant now) {
    ordered = wanted.map(order -> order.after(drain(now)));
    orderedAt = now;
    return ordered;
  }

  boolean draining(Instant now) {
    return drain(now).isPresent();
  }

  /** Present while the node takes no more work. */
  Optional<DrainOrder> drain(Instant now) {
    return isOrderFresh(now) ? ordered : description.drain();
  }

  private boolean isOrderFresh(Instant now) {
    return orderedAt.isAfter(now.minus(ORDER_HOLDS));
  }

  /** Why the node takes no work; empty when it does. */
  String refuses(Instant now) {
    if (draining(now)) {
      return "draining";
    }
    return description.takesNoWork();
  }

  String state(Instant now) {
    if (silent) {
      return "unreachable";
    }
    return draining(now) ? "draining" : "up";
  }
}
