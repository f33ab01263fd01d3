package refinery.scheduling;

import java.util.Arrays;
import refinery.protocol.JobId;

/** One end of a survey's order at one priority. Finds the lane whose first job comes first. */
final class Front {
  final Order.End end;

  /** Index among the ends that are served. */
  final int number;

  private final JobSlots slots;

  /**
   * The keys of the listed lanes' first jobs by {@link Shape#number}, in one array for a fast
   * search.
   */
  private long[] keys = new long[8];

  /** The job that {@link Reservations} last saw come first here, or null, and since when. */
  private JobId seen;

  private long seenSince;

  /** The key and the queue time of the job that was last placed from here. */
  private long placedKey = Long.MIN_VALUE;

  private long placedQueuedAt = Long.MIN_VALUE;

  Front(Order.End end, int number, JobSlots slots) {
    this.end = end;
    this.number = number;
    this.slots = slots;
  }

  /** The lane whose first job comes first, among the listed lanes of open shapes; or null. */
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

  /** True when the job placed last comes later, or was queued later, than the lane's first job. */
  boolean isOvertaken(Lane lane) {
    return keys[lane.shape.number] < placedKey || lane.headQueuedAt() < placedQueuedAt;
  }

  /**
   * Since when the lane's first job has been seen to come first here, in milliseconds.
   *
   * @param since what to return if it is seen for the first time
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
