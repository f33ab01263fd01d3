package refinery.agent;

import java.time.Duration;
import java.util.Optional;
import refinery.protocol.scheduling.DrainOrder;

/**
 * Whether this node takes no more work, and until when what runs may end. Knows no clock: times are
 * nanoseconds of one monotonic clock. Lost in a crash: a node that was started anew takes work.
 */
final class Draining {
  private Optional<DrainOrder> order = Optional.empty();
  private long deadlineNanos;

  /**
   * @param left until the deadline; the clocks of nodes differ, so it is counted from here
   */
  void begin(DrainOrder wanted, Duration left, long nowNanos) {
    order = Optional.of(wanted.after(order));
    deadlineNanos = nowNanos + left.toNanos();
  }

  /** False if there was nothing to end. */
  boolean end() {
    boolean was = isOn();
    order = Optional.empty();
    return was;
  }

  boolean isOn() {
    return order.isPresent();
  }

  /** True when what still runs is to be handed back. */
  boolean isDue(long nowNanos) {
    return isOn() && nowNanos - deadlineNanos >= 0;
  }

  Optional<DrainOrder> order() {
    return order;
  }
}
