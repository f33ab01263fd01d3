package refinery.scheduling;

import java.util.Arrays;

/**
 * The queue of one survey's jobs of one shape: a binary heap of slots, best first. Positions are
 * kept in {@link JobSlots}, so that any job can be withdrawn in logarithmic time.
 */
final class Lane {
  final Shape shape;
  final Group group;
  private final JobSlots slots;
  private int[] heap = new int[4];

  /** The order of each slot of the heap: most comparisons need to look no further. */
  private long[] orders = new long[4];

  private int size;

  /** When a job of this lane was last placed, or when the lane came to be; milliseconds. */
  long servedAt;

  /** Queue time of the first job. */
  private long headQueuedAt;

  /** The bin held free for this lane's first job, or null. */
  Bin reserved;

  Lane(Shape shape, Group group, JobSlots slots, long now) {
    this.shape = shape;
    this.group = group;
    this.slots = slots;
    this.servedAt = now;
  }

  int size() {
    return size;
  }

  int head() {
    return heap[0];
  }

  int slot(int index) {
    return heap[index];
  }

  long headQueuedAt() {
    return headQueuedAt;
  }

  /** Since when the lane has waited to be served. */
  long waitingSince() {
    return Math.max(servedAt, headQueuedAt);
  }

  void add(int slot) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
      orders = Arrays.copyOf(orders, size * 2);
    }
    up(size++, slot);
  }

  void remove(int slot) {
    int position = slots.position(slot);
    int last = heap[--size];
    if (position == size) {
      return;
    }
    long order = orders[size];
    if (position > 0 && isBefore(order, last, (position - 1) >>> 1)) {
      up(position, last);
    } else {
      down(position, last, order);
    }
  }

  private void up(int from, int slot) {
    long order = slots.order(slot);
    int at = from;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!isBefore(order, slot, parent)) {
        break;
      }
      put(at, heap[parent], orders[parent]);
      at = parent;
    }
    put(at, slot, order);
  }

  private void down(int from, int slot, long order) {
    int at = from;
    int half = size >>> 1;
    while (at < half) {
      int child = 2 * at + 1;
      if (child + 1 < size && isBefore(orders[child + 1], heap[child + 1], child)) {
        child++;
      }
      if (isBefore(order, slot, child)) {
        break;
      }
      put(at, heap[child], orders[child]);
      at = child;
    }
    put(at, slot, order);
  }

  private boolean isBefore(long order, int slot, int position) {
    return order != orders[position]
        ? order < orders[position]
        : slots.compare(slot, heap[position]) < 0;
  }

  private void put(int position, int slot, long order) {
    heap[position] = slot;
    orders[position] = order;
    slots.position(slot, position);
    if (position == 0) {
      headQueuedAt = slots.queuedAt(slot);
    }
  }

  void sanityCheck() {
    for (int i = 0; i < size; i++) {
      Checks.that(slots.position(heap[i]) == i, "position of slot in lane");
      Checks.that(slots.lane(heap[i]) == this, "lane of slot");
      Checks.that(orders[i] == slots.order(heap[i]), "order of slot in lane");
      Checks.that(i == 0 || slots.compare(heap[(i - 1) >>> 1], heap[i]) < 0, "heap order");
    }
  }
}
