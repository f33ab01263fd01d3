package refinery.scheduling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.LossCause;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.JobTicket;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.readmodel.NodeQueries;

/**
 * Which agent has which lease. Leases are this side's truth; agents' reports confirm and expire
 * them. A job whose lease ends otherwise than by {@code Released} is told {@code Lose} until it
 * answers.
 */
final class Assignments {
  private static final Logger LOG = LoggerFactory.getLogger(Assignments.class);

  private final SchedulingConfig config;
  private final Packing packing;
  private final Outbox outbox;
  private final Losses losses;
  private final Refusals refusals;
  private final Decisions decisions;
  private final Rebuild rebuild;
  private final Map<JobId, Assigned> current = new LinkedHashMap<>();

  Assignments(
      SchedulingConfig config,
      Packing packing,
      Outbox outbox,
      Losses losses,
      Refusals refusals,
      Decisions decisions,
      Rebuild rebuild) {
    this.config = config;
    this.packing = packing;
    this.outbox = outbox;
    this.losses = losses;
    this.refusals = refusals;
    this.decisions = decisions;
    this.rebuild = rebuild;
  }

  Collection<Assigned> all() {
    return current.values();
  }

  Optional<Assigned> of(JobId job) {
    return Optional.ofNullable(current.get(job));
  }

  boolean isAssigned(JobId job) {
    return current.containsKey(job);
  }

  void placed(Lease lease, Agent agent, long epoch, Instant now) {
    Assigned.Key key = new Assigned.Key(epoch, lease.number());
    Assigned assigned = new Assigned(key, lease, now);
    agent.held.put(key, assigned);
    current.put(lease.job(), assigned);
    decisions.placed(lease);
  }

  /** The agent lists it; what it lists is believed. */
  Assigned.Key confirm(Agent agent, SchedulerCommand.Held held, Instant now) {
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
    Optional<NodeQueries.LiveJob> row = rebuild.row(job);
    Optional<JobTicket> queued =
        rebuild.isQueuedByRow(job) ? packing.queued(job) : Optional.empty();
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
      rebuild.runningIsKnown(job);
      if (queued.isPresent()) {
        packing.withdraw(job);
        rebuild.queuedIsKnown(job);
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
    outbox.toAgent(agent.ref, new AgentCommand.Stop(held.job(), held.attempt(), reason));
    losses.add(held.job(), held.attempt(), node, reason, LossCause.MOVED, now);
  }

  private static JobTicket unknown(JobId job) {
    return new JobTicket(job, "", "", 0, 0, Resources.NONE, "", Instant.EPOCH);
  }

  /** Ends leases that the report should list and does not. */
  void expire(Agent agent, Set<Assigned.Key> listed, Instant now) {
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

  void loseAll(Agent agent, String reason, boolean nodeEnded, Instant now) {
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

  /** A report that should list an assignment may never come: the grace holds all the same. */
  void expireUnconfirmed(Agent agent, Instant now) {
    Instant limit = now.minus(config.grace().plus(config.silence()));
    end(
        agent,
        assigned -> !assigned.confirmed && assigned.since.isBefore(limit),
        "node " + agent.description.id() + " never confirmed the assignment",
        false,
        now);
  }

  /**
   * Results that went with their agent. Jobs that had taken note answer that they have moved on.
   */
  void loseUnreported(Agent agent, String reason, Instant now) {
    agent.unreported.forEach(
        (job, attempt) -> {
          if (!current.containsKey(job) && !packing.isQueued(job)) {
            losses.add(job, attempt, agent.description.id(), reason, LossCause.MOVED, now);
          }
        });
    agent.unreported.clear();
  }

  void released(Agent agent, List<SchedulerCommand.Held> released, Instant now) {
    for (SchedulerCommand.Held held : released) {
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
}
