package refinery.scheduling;

import java.util.List;

/** The queued jobs of one survey and one shape, with a heap for each end that is served. */
final class Lane {
  final Shape shape;
  final Group group;
  private final JobSlots slots;

  /** The heaps by {@link Front#number}; all hold the same jobs. */
  private final SlotHeap[] heaps;

  /** When a job of this lane was last placed, or when the lane was made, in milliseconds. */
  long servedAt;

  /**
   * The queue time of the job that comes first, in milliseconds; with two ends, of the older one.
   */
  private long headQueuedAt;

  /** The bin that is reserved for this lane's first job, or null. */
  Bin reserved;

  Lane(Shape shape, Group group, List<Order.End> ends, JobSlots slots, long now) {
    this.shape = shape;
    this.group = group;
    this.slots = slots;
    this.heaps = new SlotHeap[ends.size()];
    for (int i = 0; i < heaps.length; i++) {
      heaps[i] = new SlotHeap(slots, ends.get(i));
    }
    this.servedAt = now;
  }

  int size() {
    return heaps[0].size();
  }

  /** The job at this index, in no particular order. */
  int slot(int index) {
    return heaps[0].slot(index);
  }

  int head(Front front) {
    return heaps[front.number].head();
  }

  long headKey(Front front) {
    return heaps[front.number].headKey();
  }

  long headQueuedAt() {
    return headQueuedAt;
  }

  /** Since when the lane has waited to be served, in milliseconds. */
  long waitingSince() {
    return Math.max(servedAt, headQueuedAt);
  }

  /**
   * How many jobs of the lane come before this one, at the end where these are fewer. Looks at all
   * jobs of the lane.
   */
  int before(int slot) {
    int before = heaps[0].before(slot);
    return heaps.length == 1 ? before : Math.min(before, heaps[1].before(slot));
  }

  void add(int slot) {
    for (SlotHeap heap : heaps) {
      heap.add(slot);
    }
    lookAtHeads();
  }

  void remove(int slot) {
    for (SlotHeap heap : heaps) {
      heap.remove(slot);
    }
    lookAtHeads();
  }

  private void lookAtHeads() {
    headQueuedAt = Long.MAX_VALUE;
    for (SlotHeap heap : heaps) {
      if (heap.size() > 0) {
        headQueuedAt = Math.min(headQueuedAt, slots.queuedAt(heap.head()));
      }
    }
  }

  void sanityCheck() {
    for (SlotHeap heap : heaps) {
      heap.sanityCheck();
      Checks.that(heap.size() == size(), "both heaps hold the same jobs");
    }
    for (int i = 0; i < size(); i++) {
      Checks.that(slots.lane(slot(i)) == this, "lane of slot");
    }
  }
}
