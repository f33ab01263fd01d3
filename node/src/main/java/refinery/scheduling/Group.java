package refinery.scheduling;

import java.util.Arrays;
import java.util.function.Consumer;
import refinery.protocol.JobId;

/**
 * One survey's lanes at one priority, by the numbers of their shapes. Lanes of unplaceable shapes
 * are counted but not listed.
 */
final class Group {
  final Survey survey;
  final int priority;
  private final JobSlots slots;

  /** Bits of the listed lanes' shapes, and the lanes by the same numbers. */
  private long[] listed = new long[1];

  private Lane[] lanes = new Lane[8];

  /** The order of each listed lane's first job, for a search that stays in one array. */
  private long[] orders = new long[8];

  /** All lanes, listed or not. */
  int laneCount;

  /** Pass in which nothing of this group can be placed any more. */
  long closedIn = -1;

  /** The job that {@link Reservations} last saw at the front, or null, and since when. */
  JobId front;

  long frontSince;

  /** Order and queue time of the job that was placed last. */
  long placedOrder = Long.MIN_VALUE;

  long placedQueuedAt = Long.MIN_VALUE;

  Group(Survey survey, int priority, JobSlots slots) {
    this.survey = survey;
    this.priority = priority;
    this.slots = slots;
  }

  /** The lane whose first job comes first, among the open shapes; or null. */
  Lane next(long[] open) {
    int best = -1;
    long bestOrder = Long.MAX_VALUE;
    int words = Math.min(open.length, listed.length);
    for (int word = 0; word < words; word++) {
      for (long bits = listed[word] & open[word]; bits != 0; bits &= bits - 1) {
        int number = (word << 6) + Long.numberOfTrailingZeros(bits);
        long order = orders[number];
        if (order < bestOrder || best < 0 || (order == bestOrder && isBefore(number, best))) {
          best = number;
          bestOrder = order;
        }
      }
    }
    return best < 0 ? null : lanes[best];
  }

  /** Whether a job that comes later, or was queued later, was placed before the lane's first. */
  boolean isOvertaken(Lane lane) {
    return orders[lane.shape.number] < placedOrder || lane.headQueuedAt() < placedQueuedAt;
  }

  private boolean isBefore(int left, int right) {
    return slots.compare(lanes[left].head(), lanes[right].head()) < 0;
  }

  /** The lane whose first job comes first, or null. */
  Lane first() {
    return next(listed);
  }

  void forEach(Consumer<Lane> consumer) {
    for (int word = 0; word < listed.length; word++) {
      for (long bits = listed[word]; bits != 0; bits &= bits - 1) {
        consumer.accept(lanes[(word << 6) + Long.numberOfTrailingZeros(bits)]);
      }
    }
  }

  boolean isListed(Lane lane) {
    int number = lane.shape.number;
    return number < lanes.length && lanes[number] == lane;
  }

  void unlist(Lane lane) {
    Checks.that(isListed(lane), "lane is listed");
    int number = lane.shape.number;
    lanes[number] = null;
    listed[number >> 6] &= ~(1L << number);
  }

  /** Call after the first job of a listed lane has changed. */
  void headChanged(Lane lane) {
    orders[lane.shape.number] = slots.order(lane.head());
  }

  void list(Lane lane) {
    int number = lane.shape.number;
    if (number >= lanes.length) {
      int length = Math.max(number + 1, lanes.length * 2);
      lanes = Arrays.copyOf(lanes, length);
      orders = Arrays.copyOf(orders, length);
    }
    if (number >> 6 >= listed.length) {
      listed = Arrays.copyOf(listed, (number >> 6) + 1);
    }
    lanes[number] = lane;
    orders[number] = slots.order(lane.head());
    listed[number >> 6] |= 1L << number;
  }

  void sanityCheck() {
    for (int number = 0; number < lanes.length; number++) {
      boolean bit = number >> 6 < listed.length && (listed[number >> 6] >>> number & 1) != 0;
      Checks.that(bit == (lanes[number] != null), "bit of a lane");
      if (bit) {
        Lane lane = lanes[number];
        Checks.that(lane.shape.number == number, "number of a lane's shape");
        Checks.that(lane.size() > 0 && lane.group == this, "lane of group");
        Checks.that(orders[number] == slots.order(lane.head()), "order of a lane");
        Checks.that(lane.shape.witness != null, "listed lane is placeable");
      }
    }
  }
}
