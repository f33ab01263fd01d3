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
 * Knows which agent holds which lease. The reports of agents confirm leases, adopt unknown ones and
 * end missing ones. When a lease ends otherwise than by {@code Released}, its job is told {@code
 * Lose} until it answers.
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

  /**
   * A report lists this assignment. What agents list is taken as true, even if it was not placed
   * here.
   */
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

  /**
   * Makes a lease of what the agent holds but this scheduler did not place, or gave up. Null when
   * the node is unknown.
   */
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
   * The job granted an attempt to an assignment that had been given up, because the loss reached it
   * before the start. The attempt is stopped, and the job is told that it is lost.
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

  /**
   * Ends leases that the report should list but does not: confirmed ones at once, others after the
   * grace.
   */
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

  /**
   * The lease that ended is not the present one of its job. The job may have granted it an attempt
   * all the same, and is told of the loss, unless the message could be taken for the present one.
   */
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

  /**
   * Ends leases that no report has confirmed for longer than the grace, even if no report comes.
   */
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
   * Tells jobs of attempts whose results were lost with their agent. A job that knows its result
   * already ignores this.
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
