package refinery.scheduling;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import refinery.protocol.JobId;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.SchedulerCommand;

/** A node's agent as the scheduler last heard of it. */
final class Agent {
  /** How long an order to drain overrides reports that may have been sent before it arrived. */
  private static final Duration ORDER_HOLDS = Duration.ofSeconds(10);

  SchedulerCommand.NodeDescription description;
  ActorRef<AgentCommand> ref;
  long incarnation;
  long sequence;
  Instant heardAt;
  boolean silent;
  final Map<Assigned.Key, Assigned> held = new LinkedHashMap<>();

  /** Attempts that hold nothing here, but whose jobs may not know of their end. */
  final Map<JobId, Integer> unreported = new LinkedHashMap<>();

  private boolean ordered;
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

  void order(boolean draining, Instant now) {
    ordered = draining;
    orderedAt = now;
  }

  boolean draining(Instant now) {
    boolean fresh = orderedAt.isAfter(now.minus(ORDER_HOLDS));
    return fresh ? ordered : description.draining();
  }

  /** Why it takes no work; empty when it does. */
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
