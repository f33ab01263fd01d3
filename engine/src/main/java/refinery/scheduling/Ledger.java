package refinery.scheduling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobState;
import refinery.protocol.job.LossCause;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.JobTicket;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.readmodel.NodeQueries;

/**
 * What the scheduler knows and does, without being an actor: which node holds what, and who must be
 * told. Time is passed in, and messages go out through {@link Outbox}. Not thread-safe.
 *
 * <p>A job is queued, or in a lease ({@link Assignments}), or held back for a moment after an agent
 * refused it ({@link Refusals}), or the scheduler does not know it.
 */
final class Ledger {
  private final SchedulingConfig config;
  private final Packing packing;
  private final Outbox outbox;
  private final Map<NodeId, Agent> agents = new TreeMap<>();
  private final Losses losses;
  private final Refusals refusals = new Refusals();
  private final Placeability placeability;
  private final Decisions decisions = new Decisions();
  private final Rebuild rebuild = new Rebuild();
  private final Assignments assignments;
  private long epoch;
  private Instant lastLoss = Instant.MIN;

  Ledger(SchedulingConfig config, Outbox outbox) {
    this.config = config;
    this.outbox = outbox;
    this.packing = new Packing(config.policy());
    this.losses = new Losses(outbox);
    this.placeability = new Placeability(packing, outbox);
    this.assignments =
        new Assignments(config, packing, outbox, losses, refusals, decisions, rebuild);
  }

  Packing packing() {
    return packing;
  }

  Map<NodeId, Agent> agents() {
    return agents;
  }

  Decisions decisions() {
    return decisions;
  }

  Losses losses() {
    return losses;
  }

  Refusals refusals() {
    return refusals;
  }

  long epoch() {
    return epoch;
  }

  boolean inDoubt() {
    return !rebuild.isOver();
  }

  void begin(long newEpoch) {
    epoch = newEpoch;
  }

  /**
   * Takes in a page of the live jobs in the read rows. Announcements and reports that came before
   * are newer and win.
   */
  void recover(List<NodeQueries.LiveJob> jobs, Instant now) {
    for (NodeQueries.LiveJob live : jobs) {
      JobId job = live.ticket().job();
      boolean known = packing.isQueued(job) || assignments.isAssigned(job);
      switch (live.state()) {
        case QUEUED, UNPLACEABLE -> {
          if (live.state() == JobState.UNPLACEABLE) {
            placeability.wasTold(job);
          }
          if (!known) {
            packing.enqueue(live.ticket(), now);
            rebuild.queued(job);
          }
        }
        case RUNNING -> {
          if (!known) {
            rebuild.running(live);
          }
        }
        case WAITING, SUCCEEDED, FAILED, CANCELLED -> {}
      }
    }
  }

  /** True when every job that the read rows call running is on a node that has reported. */
  boolean nothingRunsElsewhere() {
    return rebuild.nothingRunsElsewhere(agents::containsKey);
  }

  /** Ends the doubt: running jobs that no agent holds are lost, and from now on work is placed. */
  void endDoubt(Instant now) {
    agents.values().forEach(agent -> agent.unreported.forEach(rebuild::awaitsItsResult));
    rebuild.end(
        (live, node) ->
            losses.add(
                live.ticket().job(),
                live.attempt(),
                node,
                "node " + node + " does not run it any more",
                LossCause.MOVED,
                now));
  }

  void announce(JobTicket ticket, Instant now) {
    JobId job = ticket.job();
    outbox.toJob(job, new JobCommand.Announced(epoch));
    losses.settled(job);
    rebuild.runningIsKnown(job);
    rebuild.queuedIsKnown(job);
    Optional<Assigned> assigned = assignments.of(job);
    if (assigned.isPresent()) {
      if (!sameEntry(assigned.get().lease.ticket(), ticket)) {
        assigned.get().next = Optional.of(ticket);
      }
      return;
    }
    if (refusals.holdsSame(ticket)) {
      return;
    }
    refusals.forget(job);
    packing.enqueue(ticket, now);
    placeability.announced(job);
  }

  /** True when both are of the same stay in the queue, so that one is a repeat of the other. */
  private static boolean sameEntry(JobTicket left, JobTicket right) {
    return left.queuedAt().toEpochMilli() == right.queuedAt().toEpochMilli();
  }

  void withdraw(JobId job) {
    packing.withdraw(job);
    losses.settled(job);
    refusals.forget(job);
    rebuild.runningIsKnown(job);
    placeability.forget(job);
    assignments
        .of(job)
        .ifPresent(
            assigned -> {
              assigned.next = Optional.empty();
              if (assigned.attempt == 0) {
                stop(assigned.node(), job, 0, "the job was withdrawn");
              }
            });
  }

  void stop(NodeId node, JobId job, int attempt, String reason) {
    Agent agent = agents.get(node);
    if (agent != null) {
      outbox.toAgent(agent.ref, new AgentCommand.Stop(job, attempt, reason));
    }
  }

  /**
   * Orders a node to drain, or to take work again. False when the node is unknown.
   *
   * @param order empty: it takes work again
   */
  boolean drain(NodeId node, Optional<DrainOrder> order, Instant now) {
    Agent agent = agents.get(node);
    if (agent == null) {
      return false;
    }
    Duration left =
        order
            .flatMap(DrainOrder::deadline)
            .map(deadline -> Duration.between(now, deadline))
            .orElse(Duration.ZERO);
    outbox.toAgent(agent.ref, new AgentCommand.SetDraining(agent.order(order, now), left));
    if (!agent.silent) {
      putNode(agent, now);
    }
    return true;
  }

  private void putNode(Agent agent, Instant now) {
    packing.putNode(
        agent.description.id(),
        agent.description.roles(),
        agent.description.capacity(),
        agent.refuses(now));
  }

  void report(SchedulerCommand.Report report, Instant now) {
    NodeId node = report.node().id();
    Agent agent = agents.get(node);
    if (agent == null) {
      agent = new Agent(report, now);
      agents.put(node, agent);
    } else if (report.incarnation() < agent.incarnation
        || (report.incarnation() == agent.incarnation && report.sequence() <= agent.sequence)) {
      return;
    } else {
      if (report.incarnation() > agent.incarnation) {
        String reason = "node " + node + " was restarted";
        assignments.loseAll(agent, reason, true, now);
        assignments.loseUnreported(agent, reason, now);
      }
      agent.take(report, now);
    }
    putNode(agent, now);
    Set<Assigned.Key> listed = new HashSet<>();
    for (SchedulerCommand.Held held : report.held()) {
      listed.add(assignments.confirm(agent, held, now));
    }
    assignments.expire(agent, listed, now);
  }

  void released(SchedulerCommand.Released released, Instant now) {
    Agent agent = agents.get(released.node());
    if (agent == null || released.incarnation() != agent.incarnation) {
      return;
    }
    assignments.released(agent, released.released(), now);
  }

  void loseAnswered(JobId job) {
    losses.settled(job);
  }

  /**
   * Moves the times at which agents were last heard, because the scheduler did not listen for this
   * long, or because the wall clock was set by this much (negative: back).
   */
  void passOver(Duration unheard) {
    for (Agent agent : agents.values()) {
      agent.heardAt = agent.heardAt.plus(unheard);
      agent.held.values().forEach(assigned -> assigned.since = assigned.since.plus(unheard));
    }
    if (!lastLoss.equals(Instant.MIN)) {
      lastLoss = lastLoss.plus(unheard);
    }
  }

  /**
   * Does what is due as time passes: ends silent nodes, repeats losses, queues refused jobs again.
   * To be called about once a second.
   */
  void heartbeat(Predicate<Agent> isMember, Instant now) {
    Instant limit = now.minus(config.silence());
    List<NodeId> gone = new ArrayList<>();
    for (Agent agent : agents.values()) {
      NodeId node = agent.description.id();
      boolean member = isMember.test(agent);
      if (!member) {
        gone.add(node);
        assignments.loseUnreported(agent, "node " + node + " has left the cluster", now);
      }
      if (!agent.silent && (!member || agent.heardAt.isBefore(limit))) {
        agent.silent = true;
        lastLoss = now;
        String reason =
            member
                ? "node " + node + " was not heard for " + config.silence().toSeconds() + " s"
                : "node " + node + " has left the cluster";
        assignments.loseAll(agent, reason, true, now);
        packing.removeNode(node);
      } else if (!agent.silent) {
        putNode(agent, now);
        assignments.expireUnconfirmed(agent, now);
      }
    }
    gone.forEach(agents::remove);
    losses.repeat(now);
    for (JobTicket ticket : refusals.due(now)) {
      if (!assignments.isAssigned(ticket.job())) {
        packing.enqueue(ticket, now);
      }
    }
    if (rebuild.isOver() && lastLoss.isBefore(now.minus(config.doubt()))) {
      placeability.review();
    }
  }

  /**
   * Runs one pass, and sends one message to each node that gets work. Does nothing while in doubt.
   * Returns what was placed.
   */
  List<Lease> place(Instant now) {
    if (!rebuild.isOver()) {
      return List.of();
    }
    List<Lease> placed = packing.pass(now, config.placementsPerPass());
    Map<NodeId, List<AgentCommand.Assignment>> byNode = new LinkedHashMap<>();
    for (Lease lease : placed) {
      assignments.placed(lease, agents.get(lease.node()), epoch, now);
      byNode
          .computeIfAbsent(lease.node(), node -> new ArrayList<>())
          .add(
              new AgentCommand.Assignment(lease.job(), lease.number(), lease.ticket().resources()));
    }
    Resources largest = packing.largestNode();
    byNode.forEach(
        (node, assignments) ->
            outbox.toAgent(
                agents.get(node).ref, new AgentCommand.Assign(epoch, assignments, largest)));
    if (placeability.isDue() && lastLoss.isBefore(now.minus(config.doubt()))) {
      placeability.review();
    }
    return placed;
  }

  /**
   * True when the scheduler knows this job, or an agent still has its result to report; such a job
   * moves on by itself.
   */
  boolean hasInHand(JobId job) {
    return packing.isQueued(job)
        || assignments.isAssigned(job)
        || refusals.isHeld(job)
        || losses.isOpen(job)
        || agents.values().stream().anyMatch(agent -> agent.unreported.containsKey(job));
  }

  Collection<Assigned> assigned() {
    return assignments.all();
  }

  Optional<Assigned> assigned(JobId job) {
    return assignments.of(job);
  }
}
