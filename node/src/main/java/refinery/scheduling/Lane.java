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
  private int size;

  /** When a job of this lane was last placed, or when the lane came to be; milliseconds. */
  long servedAt;

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

  /** Since when the lane has waited to be served. */
  long waitingSince() {
    return Math.max(servedAt, slots.queuedAt(heap[0]));
  }

  void add(int slot) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    up(size++, slot);
  }

  void remove(int slot) {
    int position = slots.position(slot);
    int last = heap[--size];
    if (position == size) {
      return;
    }
    if (position > 0 && slots.compare(last, heap[(position - 1) >>> 1]) < 0) {
      up(position, last);
    } else {
      down(position, last);
    }
  }

  private void up(int from, int slot) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (slots.compare(slot, heap[parent]) >= 0) {
        break;
      }
      put(at, heap[parent]);
      at = parent;
    }
    put(at, slot);
  }

  private void down(int from, int slot) {
    int at = from;
    int half = size >>> 1;
    while (at < half) {
      int child = 2 * at + 1;
      if (child + 1 < size && slots.compare(heap[child + 1], heap[child]) < 0) {
        child++;
      }
      if (slots.compare(slot, heap[child]) <= 0) {
        break;
      }
      put(at, heap[child]);
      at = child;
    }
    put(at, slot);
  }

  private void put(int position, int slot) {
    heap[position] = slot;
    slots.position(slot, position);
  }

  void sanityCheck() {
    for (int i = 0; i < size; i++) {
      Checks.that(slots.position(heap[i]) == i, "position of slot in lane");
      Checks.that(slots.lane(heap[i]) == this, "lane of slot");
      Checks.that(i == 0 || slots.compare(heap[(i - 1) >>> 1], heap[i]) < 0, "heap order");
    }
  }
}
