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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobState;
import refinery.protocol.job.LossCause;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.JobTicket;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.readmodel.NodeQueries;

/**
 * What the scheduler knows and does, without being an actor: who holds what, who must be told. Time
 * comes in and messages go out by {@link Outbox}. Not thread-safe.
 *
 * <p>Leases are this side's truth; agents' reports confirm and expire them. A job is in the queue,
 * in a lease, held back for a moment after an agent refused it, or not the scheduler's business. A
 * job whose lease ends otherwise than by {@code Released} is told {@code Lose} until it answers.
 */
final class Ledger {
  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

  private final SchedulingConfig config;
  private final Packing packing;
  private final Outbox outbox;
  private final Map<NodeId, Agent> agents = new TreeMap<>();
  private final Map<JobId, Assigned> current = new LinkedHashMap<>();
  private final Losses losses;
  private final Refusals refusals = new Refusals();
  private final Placeability placeability;
  private final Decisions decisions = new Decisions();
  private final Rebuild rebuild = new Rebuild();
  private long epoch;
  private Instant lastLoss = Instant.MIN;

  Ledger(SchedulingConfig config, Outbox outbox) {
    this.config = config;
    this.outbox = outbox;
    this.packing = new Packing(config.policy());
    this.losses = new Losses(outbox);
    this.placeability = new Placeability(packing, outbox);
  }

  /** What the read rows said when this scheduler began; forgotten when the doubt ends. */
  private static final class Rebuild {
    private final Map<JobId, NodeQueries.LiveJob> running = new LinkedHashMap<>();
    private final Set<JobId> queuedByRow = new HashSet<>();
    private boolean over;
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
    return !rebuild.over;
  }

  void begin(long newEpoch) {
    epoch = newEpoch;
  }

  /** A page of what the read rows list. Announcements and reports may have come before. */
  void recover(List<NodeQueries.LiveJob> jobs, Instant now) {
    for (NodeQueries.LiveJob live : jobs) {
      JobId job = live.ticket().job();
      boolean known = packing.isQueued(job) || current.containsKey(job);
      switch (live.state()) {
        case QUEUED, UNPLACEABLE -> {
          if (live.state() == JobState.UNPLACEABLE) {
            placeability.wasTold(job);
          }
          if (!known) {
            packing.enqueue(live.ticket(), now);
            rebuild.queuedByRow.add(job);
          }
        }
        case RUNNING -> {
          if (!known) {
            rebuild.running.put(job, live);
          }
        }
        case WAITING, SUCCEEDED, FAILED, CANCELLED -> {}
      }
    }
  }

  /** Whether every job that was running is accounted for by the nodes that have reported. */
  boolean nothingRunsElsewhere() {
    return rebuild.running.values().stream()
        .allMatch(live -> live.node().map(agents::containsKey).orElse(true));
  }

  /** What nobody holds is lost; from now on work is placed. */
  void endDoubt(Instant now) {
    rebuild.over = true;
    agents.values().forEach(agent -> agent.unreported.forEach(this::awaitsItsResult));
    rebuild.running.forEach(
        (job, live) ->
            live.node()
                .ifPresent(
                    node ->
                        losses.add(
                            job,
                            live.attempt(),
                            node,
                            "node " + node + " does not run it any more",
                            LossCause.MOVED,
                            now)));
    rebuild.running.clear();
    rebuild.queuedByRow.clear();
  }

  void announce(JobTicket ticket, Instant now) {
    JobId job = ticket.job();
    outbox.toJob(job, new JobCommand.Announced(epoch));
    losses.settled(job);
    rebuild.running.remove(job);
    rebuild.queuedByRow.remove(job);
    Assigned assigned = current.get(job);
    if (assigned != null) {
      if (!sameEntry(assigned.lease.ticket(), ticket)) {
        assigned.next = Optional.of(ticket);
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

  /** The same stay in the queue: a repeated announcement, not a new one. */
  private static boolean sameEntry(JobTicket left, JobTicket right) {
    return left.queuedAt().toEpochMilli() == right.queuedAt().toEpochMilli();
  }

  void withdraw(JobId job) {
    packing.withdraw(job);
    losses.settled(job);
    refusals.forget(job);
    rebuild.running.remove(job);
    placeability.forget(job);
    Assigned assigned = current.get(job);
    if (assigned != null) {
      assigned.next = Optional.empty();
      if (assigned.attempt == 0) {
        stop(assigned.node(), job, 0, "the job was withdrawn");
      }
    }
  }

  void stop(NodeId node, JobId job, int attempt, String reason) {
    Agent agent = agents.get(node);
    if (agent != null) {
      outbox.toAgent(agent.ref, new AgentCommand.Stop(job, attempt, reason));
    }
  }

  /** False when the node is unknown. */
  boolean drain(NodeId node, boolean draining, Instant now) {
    Agent agent = agents.get(node);
    if (agent == null) {
      return false;
    }
    agent.order(draining, now);
    outbox.toAgent(agent.ref, new AgentCommand.SetDraining(draining));
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
        loseAll(agent, reason, true, now);
        loseUnreported(agent, reason, now);
      }
      agent.take(report, now);
    }
    putNode(agent, now);
    Set<Assigned.Key> listed = new HashSet<>();
    for (SchedulerCommand.Held held : report.held()) {
      listed.add(confirm(agent, held, now));
    }
    expire(agent, listed, now);
  }

  /** Such a job runs nowhere, and is not lost as long as the agent that tells it lives. */
  private void awaitsItsResult(JobId job, int attempt) {
    NodeQueries.LiveJob row = rebuild.running.get(job);
    if (row != null && row.attempt() == attempt) {
      rebuild.running.remove(job);
    }
  }

  /**
   * Results that went with their agent. Jobs that had taken note answer that they have moved on.
   */
  private void loseUnreported(Agent agent, String reason, Instant now) {
    agent.unreported.forEach(
        (job, attempt) -> {
          if (!current.containsKey(job) && !packing.isQueued(job)) {
            losses.add(job, attempt, agent.description.id(), reason, LossCause.MOVED, now);
          }
        });
    agent.unreported.clear();
  }

  private Assigned.Key confirm(Agent agent, SchedulerCommand.Held held, Instant now) {
    Assigned.Key key = new Assigned.Key(held.epoch(), held.assignment());
    Assigned assigned = agent.held.get(key);
    if (assigned == null) {
      assigned = adopt(agent, key, held, now);
    }
    if (assigned != null) {
      assigned.confirmed = true;
      if (held.attempt() > assigned.attempt && losses.wasLost(key)) {
        giveUp(agent, assigned, held, now);
      }
      assigned.attempt = Math.max(assigned.attempt, held.attempt());
    }
    return key;
  }

  /** The agent holds what this scheduler did not place, or has given up. */
  private Assigned adopt(Agent agent, Assigned.Key key, SchedulerCommand.Held held, Instant now) {
    JobId job = held.job();
    NodeId node = agent.description.id();
    Optional<NodeQueries.LiveJob> row = Optional.ofNullable(rebuild.running.get(job));
    Optional<JobTicket> queued =
        rebuild.queuedByRow.contains(job) ? packing.queued(job) : Optional.empty();
    JobTicket ticket =
        row.map(NodeQueries.LiveJob::ticket)
            .or(() -> queued)
            .orElseGet(() -> unknown(job))
            .withResources(held.resources());
    Optional<Lease> lease = packing.adopt(ticket, node, now);
    if (lease.isEmpty()) {
      return null;
    }
    Assigned assigned = new Assigned(key, lease.get(), now);
    agent.held.put(key, assigned);
    if (losses.wasLost(key)) {
      return assigned;
    }
    losses.settled(job);
    boolean claims = row.isEmpty() || row.get().attempt() == held.attempt();
    if (claims && !current.containsKey(job)) {
      rebuild.running.remove(job);
      if (queued.isPresent()) {
        packing.withdraw(job);
        rebuild.queuedByRow.remove(job);
        assigned.next = held.attempt() == 0 ? Optional.empty() : queued;
      }
      current.put(job, assigned);
    }
    return assigned;
  }

  /**
   * The job granted an attempt to an assignment that had been given up: the loss reached it before
   * the start did. The attempt is stopped, and the job told that it is lost.
   */
  private void giveUp(Agent agent, Assigned assigned, SchedulerCommand.Held held, Instant now) {
    NodeId node = agent.description.id();
    assigned.toldLost = true;
    String reason = "the job was given to another node meanwhile";
    stop(node, held.job(), held.attempt(), reason);
    losses.add(held.job(), held.attempt(), node, reason, LossCause.MOVED, now);
  }

  private static JobTicket unknown(JobId job) {
    return new JobTicket(job, "", "", 0, 0, Resources.NONE, "", Instant.EPOCH);
  }

  /** Ends leases that the report should list and does not. */
  private void expire(Agent agent, Set<Assigned.Key> listed, Instant now) {
    Instant limit = now.minus(config.grace());
    end(
        agent,
        assigned ->
            !listed.contains(assigned.key)
                && (assigned.confirmed || assigned.since.isBefore(limit)),
        "node " + agent.description.id() + " does not run it any more",
        false,
        now);
  }

  private void loseAll(Agent agent, String reason, boolean nodeEnded, Instant now) {
    end(agent, assigned -> true, reason, nodeEnded, now);
  }

  private void end(
      Agent agent, Predicate<Assigned> which, String reason, boolean nodeEnded, Instant now) {
    List<Assigned> ended = new ArrayList<>();
    agent.held.values().removeIf(assigned -> which.test(assigned) && ended.add(assigned));
    if (!ended.isEmpty()) {
      LOG.info("{} assignments end: {}", ended.size(), reason);
    }
    for (Assigned assigned : ended) {
      packing.release(assigned.lease);
      losses.lost(assigned.key);
      if (!current.remove(assigned.job(), assigned)) {
        loseStale(assigned, reason, now);
        continue;
      }
      decisions.lost(assigned, reason, now);
      losses.add(
          assigned.job(),
          assigned.attempt,
          assigned.node(),
          reason,
          nodeEnded ? assigned.endOfNode() : LossCause.MOVED,
          now);
      if (assigned.next.isPresent()) {
        packing.enqueue(assigned.next.get(), now);
      } else if (assigned.attempt == 0 && !assigned.lease.ticket().role().isEmpty()) {
        packing.enqueue(assigned.lease.ticket(), now);
      }
    }
  }

  /** Its job has another assignment, or none; it may have granted this one an attempt still. */
  private void loseStale(Assigned assigned, String reason, Instant now) {
    Assigned newer = current.get(assigned.job());
    boolean ambiguous =
        assigned.attempt == JobCommand.Lose.ANY_ATTEMPT
            && newer != null
            && newer.node().equals(assigned.node());
    if (!ambiguous && !assigned.toldLost) {
      losses.add(assigned.job(), assigned.attempt, assigned.node(), reason, LossCause.MOVED, now);
    }
  }

  void released(SchedulerCommand.Released released, Instant now) {
    Agent agent = agents.get(released.node());
    if (agent == null || released.incarnation() != agent.incarnation) {
      return;
    }
    for (SchedulerCommand.Held held : released.released()) {
      if (held.attempt() > 0) {
        agent.unreported.merge(held.job(), held.attempt(), Math::max);
      }
      Assigned assigned = agent.held.remove(new Assigned.Key(held.epoch(), held.assignment()));
      if (assigned != null) {
        packing.release(assigned.lease);
        if (current.remove(assigned.job(), assigned)) {
          afterRelease(assigned, held, now);
        }
      }
    }
  }

  private void afterRelease(Assigned assigned, SchedulerCommand.Held held, Instant now) {
    boolean neverRan = held.attempt() == 0;
    boolean known = !assigned.lease.ticket().role().isEmpty();
    if (assigned.next.isPresent()) {
      packing.enqueue(assigned.next.get(), now);
    } else if (neverRan && known) {
      decisions.refused(assigned, now);
      if (!refusals.hold(assigned.lease.ticket(), now)) {
        outbox.toJob(assigned.job(), new JobCommand.Reannounce());
      }
    } else {
      refusals.forget(assigned.job());
    }
  }

  void loseAnswered(JobId job) {
    losses.settled(job);
  }

  /** Nobody listened for so long: it is nobody's silence. Also a clock that was set, either way. */
  void passOver(Duration unheard) {
    for (Agent agent : agents.values()) {
      agent.heardAt = agent.heardAt.plus(unheard);
      agent.held.values().forEach(assigned -> assigned.since = assigned.since.plus(unheard));
    }
    if (!lastLoss.equals(Instant.MIN)) {
      lastLoss = lastLoss.plus(unheard);
    }
  }

  /** What has to happen as time passes; about once a second. */
  void heartbeat(Predicate<Agent> isMember, Instant now) {
    Instant limit = now.minus(config.silence());
    List<NodeId> gone = new ArrayList<>();
    for (Agent agent : agents.values()) {
      NodeId node = agent.description.id();
      boolean member = isMember.test(agent);
      if (!member) {
        gone.add(node);
        loseUnreported(agent, "node " + node + " has left the cluster", now);
      }
      if (!agent.silent && (!member || agent.heardAt.isBefore(limit))) {
        agent.silent = true;
        lastLoss = now;
        String reason =
            member
                ? "node " + node + " was not heard for " + config.silence().toSeconds() + " s"
                : "node " + node + " has left the cluster";
        loseAll(agent, reason, true, now);
        packing.removeNode(node);
      } else if (!agent.silent) {
        putNode(agent, now);
        expireUnconfirmed(agent, now);
      }
    }
    gone.forEach(agents::remove);
    losses.repeat(now);
    for (JobTicket ticket : refusals.due(now)) {
      if (!current.containsKey(ticket.job())) {
        packing.enqueue(ticket, now);
      }
    }
    if (rebuild.over && lastLoss.isBefore(now.minus(config.doubt()))) {
      placeability.review();
    }
  }

  /** A report that should list an assignment may never come: the grace holds all the same. */
  private void expireUnconfirmed(Agent agent, Instant now) {
    Instant limit = now.minus(config.grace().plus(config.silence()));
    end(
        agent,
        assigned -> !assigned.confirmed && assigned.since.isBefore(limit),
        "node " + agent.description.id() + " never confirmed the assignment",
        false,
        now);
  }

  /** One pass: one message for each node that gets work. */
  void place(Instant now) {
    if (!rebuild.over) {
      return;
    }
    List<Lease> placed = packing.pass(now, config.placementsPerPass());
    Map<NodeId, List<AgentCommand.Assignment>> byNode = new LinkedHashMap<>();
    for (Lease lease : placed) {
      Agent agent = agents.get(lease.node());
      Assigned.Key key = new Assigned.Key(epoch, lease.number());
      Assigned assigned = new Assigned(key, lease, now);
      agent.held.put(key, assigned);
      current.put(lease.job(), assigned);
      byNode
          .computeIfAbsent(lease.node(), node -> new ArrayList<>())
          .add(
              new AgentCommand.Assignment(lease.job(), lease.number(), lease.ticket().resources()));
      decisions.placed(lease);
    }
    Resources largest = packing.largestNode();
    byNode.forEach(
        (node, assignments) ->
            outbox.toAgent(
                agents.get(node).ref, new AgentCommand.Assign(epoch, assignments, largest)));
    if (placeability.isDue() && lastLoss.isBefore(now.minus(config.doubt()))) {
      placeability.review();
    }
  }

  /** Whether this job moves on by what is known here, or by an agent that still has its result. */
  boolean hasInHand(JobId job) {
    return packing.isQueued(job)
        || current.containsKey(job)
        || refusals.isHeld(job)
        || losses.isOpen(job)
        || agents.values().stream().anyMatch(agent -> agent.unreported.containsKey(job));
  }

  Collection<Assigned> assigned() {
    return current.values();
  }

  Optional<Assigned> assigned(JobId job) {
    return Optional.ofNullable(current.get(job));
  }
}
