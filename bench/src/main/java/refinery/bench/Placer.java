package refinery.bench;

import java.util.function.IntConsumer;

/** A policy under simulation. Jobs and nodes go by their numbers in the {@link Workload}. */
interface Placer {
  void enqueue(int job, long millis);

  /** Adds a node, or says whether it takes work. */
  void putNode(int node, boolean takesWork);

  /** The node is gone; what ran on it is told to {@code lost} and not held any more. */
  void removeNode(int node, IntConsumer lost);

  void release(int job);

  /** Places what fits now. */
  void pass(long millis);

  /** Tells what passes have placed since it was asked last. */
  void tell(Placed placed);

  int queued();

  /** Re-validates what the policy believes; for tests. */
  default void check() {}

  /** Takes what was placed. */
  interface Placed {
    void at(int job, int node);
  }
}
