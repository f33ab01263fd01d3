package refinery.scheduling;

import java.util.Arrays;
import refinery.protocol.JobId;

/** One end of a survey's order at one priority: which of its lanes has the job that comes first. */
final class Front {
  final Order.End end;

  /** Among the ends that are served. */
  final int number;

  private final JobSlots slots;

  /** The key of each listed lane's first job, for a search that stays in one array. */
  private long[] keys = new long[8];

  /** The job that {@link Reservations} last saw here, or null, and since when. */
  private JobId seen;

  private long seenSince;

  /** Key and queue time of the job that was placed last. */
  private long placedKey = Long.MIN_VALUE;

  private long placedQueuedAt = Long.MIN_VALUE;

  Front(Order.End end, int number, JobSlots slots) {
    this.end = end;
    this.number = number;
    this.slots = slots;
  }

  /** The lane whose first job comes first, among those listed and open; or null. */
  Lane next(Lane[] lanes, long[] listed, long[] open) {
    int best = -1;
    long bestKey = Long.MAX_VALUE;
    int words = Math.min(open.length, listed.length);
    for (int word = 0; word < words; word++) {
      for (long bits = listed[word] & open[word]; bits != 0; bits &= bits - 1) {
        int lane = (word << 6) + Long.numberOfTrailingZeros(bits);
        long key = keys[lane];
        if (key < bestKey || best < 0 || (key == bestKey && isBefore(lanes[lane], lanes[best]))) {
          best = lane;
          bestKey = key;
        }
      }
    }
    return best < 0 ? null : lanes[best];
  }

  private boolean isBefore(Lane left, Lane right) {
    return slots.compare(left.head(this), right.head(this), end) < 0;
  }

  /** Call after the first job of a listed lane may have changed. */
  void refresh(Lane lane) {
    int at = lane.shape.number;
    if (at >= keys.length) {
      keys = Arrays.copyOf(keys, Math.max(at + 1, keys.length * 2));
    }
    keys[at] = key(lane);
  }

  private long key(Lane lane) {
    return JobSlots.weighed(lane.headKey(this), end, lane.shape.weight);
  }

  /** Call before the first job of the lane is taken out to be placed. */
  void places(Lane lane) {
    placedKey = key(lane);
    placedQueuedAt = slots.queuedAt(lane.head(this));
  }

  /** Whether a job that comes later, or was queued later, was placed before the lane's first. */
  boolean isOvertaken(Lane lane) {
    return keys[lane.shape.number] < placedKey || lane.headQueuedAt() < placedQueuedAt;
  }

  /**
   * Since when the lane's first job, which is the first of all, has been seen to be that.
   *
   * @param since to be taken if it is seen for the first time
   */
  long seenSince(Lane lane, long since) {
    JobId first = slots.id(lane.head(this));
    if (!first.equals(seen)) {
      seen = first;
      seenSince = since;
    }
    return seenSince;
  }

  void sanityCheck(Lane lane) {
    Checks.that(keys[lane.shape.number] == key(lane), "key of a lane's first job");
  }
}
