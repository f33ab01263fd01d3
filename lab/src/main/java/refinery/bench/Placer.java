package refinery.bench;

import java.util.function.IntConsumer;

/**
 * A policy that is simulated. Jobs and nodes are numbers of the {@link Workload}; times are
 * simulated.
 */
interface Placer {
  /** Puts a job into the queue. */
  void enqueue(int job, long millis);

  /** Adds a node, or changes whether it takes work. */
  void putNode(int node, boolean takesWork);

  /**
   * Removes a node. The jobs that ran on it are passed to {@code lost} and hold nothing any more.
   */
  void removeNode(int node, IntConsumer lost);

  /** Gives back what a job holds that has ended. */
  void release(int job);

  /** Places what fits now. */
  void pass(long millis);

  /** Passes on what was placed since the last call. */
  void tell(Placed placed);

  /** The number of jobs in the queue. */
  int queued();

  /** Checks the policy's own state; for tests. */
  default void check() {}

  /** Takes one placement. */
  interface Placed {
    void at(int job, int node);
  }
}
