package refinery.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Runs a workload under a policy in simulated seconds: everything that ends in one second is
 * released, and then there is one pass. Only the policy's calls are timed, as processor time of
 * this thread.
 */
final class Simulation {
  private final Workload work;
  private final Placer placer;
  private final Churn churn;
  private final long stopAfter;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingInt(Event::at).thenComparingInt(Event::sequence));

  /**
   * The running attempt of each job, or 0. The end of an attempt that was lost before is ignored.
   */
  private final int[] attempt;

  private final int[] attempts;
  private final int[] startedAt;
  private final Outcome outcome;
  private int arrived;
  private int ended;
  private int sequence;
  private int now;

  private enum What {
    END,
    LEAVE,
    GONE,
    BACK
  }

  private record Event(int at, int sequence, What what, int number, int attempt) {}

  Simulation(Workload work, Placer placer, Churn churn, long stopAfter) {
    this.work = work;
    this.placer = placer;
    this.churn = churn;
    this.stopAfter = stopAfter;
    this.attempt = new int[work.jobs];
    this.attempts = new int[work.jobs];
    this.startedAt = new int[work.jobs];
    Arrays.fill(startedAt, -1);
    this.outcome = new Outcome(work, startedAt);
  }

  Outcome run() {
    for (int node = 0; node < work.cluster.size(); node++) {
      placer.putNode(node, true);
      outcome.up(node, true);
      if (!churn.isNone()) {
        schedule(churn.secondsUntilNext(node), What.LEAVE, node, 0);
      }
    }
    arrive();
    outcome.queuedAtStart(placer.queued());
    place();
    while (ended < work.jobs && outcome.decisions() < stopAfter) {
      int next = events.isEmpty() ? Integer.MAX_VALUE : events.peek().at();
      if (arrived < work.jobs) {
        next = Math.min(next, work.arrival[arrived]);
      }
      if (next == Integer.MAX_VALUE) {
        throw new IllegalStateException(placer.queued() + " jobs can run nowhere");
      }
      outcome.advance(next - now);
      now = next;
      arrive();
      handle();
      place();
    }
    outcome.end(now);
    return outcome;
  }

  private void schedule(int after, What what, int number, int whichAttempt) {
    events.add(new Event(now + after, sequence++, what, number, whichAttempt));
  }

  private void arrive() {
    if (arrived >= work.jobs || work.arrival[arrived] > now) {
      return;
    }
    int from = arrived;
    long began = threads.getCurrentThreadCpuTime();
    while (arrived < work.jobs && work.arrival[arrived] <= now) {
      placer.enqueue(arrived++, now * 1000L);
    }
    outcome.enqueued(arrived - from, threads.getCurrentThreadCpuTime() - began);
  }

  private void handle() {
    List<Integer> releases = new ArrayList<>();
    while (!events.isEmpty() && events.peek().at() <= now) {
      Event event = events.poll();
      if (event.what() == What.END) {
        if (attempt[event.number()] == event.attempt()) {
          attempt[event.number()] = 0;
          releases.add(event.number());
        }
      } else {
        release(releases);
        releases.clear();
        change(event);
      }
    }
    release(releases);
  }

  private void release(List<Integer> jobs) {
    long began = threads.getCurrentThreadCpuTime();
    for (int job : jobs) {
      placer.release(job);
    }
    outcome.decided(0, threads.getCurrentThreadCpuTime() - began);
    for (int job : jobs) {
      outcome.hold(job, -1);
      ended++;
    }
  }

  private void change(Event event) {
    int node = event.number();
    switch (event.what()) {
      case END -> throw new IllegalStateException("not a change of nodes");
      case LEAVE -> {
        if (churn.isDrain(node)) {
          placer.putNode(node, false);
          schedule(Churn.DRAIN_SECONDS, What.GONE, node, 0);
        } else {
          schedule(0, What.GONE, node, 0);
        }
      }
      case GONE -> {
        List<Integer> lost = new ArrayList<>();
        placer.removeNode(node, lost::add);
        for (int job : lost) {
          attempt[job] = 0;
          outcome.hold(job, -1);
          outcome.lost(job, now);
          placer.enqueue(job, now * 1000L);
        }
        outcome.up(node, false);
        schedule(Churn.DOWN_SECONDS, What.BACK, node, 0);
      }
      case BACK -> {
        placer.putNode(node, true);
        outcome.up(node, true);
        schedule(churn.secondsUntilNext(node), What.LEAVE, node, 0);
      }
    }
  }

  private void place() {
    List<int[]> placed = new ArrayList<>();
    long began = threads.getCurrentThreadCpuTime();
    placer.pass(now * 1000L);
    long nanos = threads.getCurrentThreadCpuTime() - began;
    placer.tell((job, node) -> placed.add(new int[] {job, node}));
    outcome.decided(placed.size(), nanos);
    for (int[] each : placed) {
      int job = each[0];
      attempt[job] = ++attempts[job];
      if (startedAt[job] < 0) {
        startedAt[job] = now;
      }
      outcome.began(job, each[1], now);
      outcome.hold(job, 1);
      schedule(work.seconds[job], What.END, job, attempt[job]);
    }
  }
}
