package refinery.scheduling;

import java.util.Arrays;

/**
 * A binary heap of slots, with the one that comes first at its end of the order on top. {@link
 * JobSlots} keeps the positions, so that any job can be removed in logarithmic time.
 */
final class SlotHeap {
  private final JobSlots slots;
  private final Order.End end;
  private int[] heap = new int[4];

  /** The keys of the slots in the heap, which decide most comparisons. */
  private long[] keys = new long[4];

  private int size;

  SlotHeap(JobSlots slots, Order.End end) {
    this.slots = slots;
    this.end = end;
  }

  int size() {
    return size;
  }

  int slot(int index) {
    return heap[index];
  }

  int head() {
    return heap[0];
  }

  long headKey() {
    return keys[0];
  }

  /** How many slots come before this one. Looks at all of them. */
  int before(int slot) {
    int before = 0;
    for (int i = 0; i < size; i++) {
      before += slots.compare(heap[i], slot, end) < 0 ? 1 : 0;
    }
    return before;
  }

  void add(int slot) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
      keys = Arrays.copyOf(keys, size * 2);
    }
    up(size++, slot, slots.key(slot, end));
  }

  void remove(int slot) {
    int position = slots.position(slot, end);
    int last = heap[--size];
    if (position == size) {
      return;
    }
    long key = keys[size];
    if (position > 0 && isBefore(key, last, (position - 1) >>> 1)) {
      up(position, last, key);
    } else {
      down(position, last, key);
    }
  }

  private void up(int from, int slot, long key) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!isBefore(key, slot, parent)) {
        break;
      }
      put(at, heap[parent], keys[parent]);
      at = parent;
    }
    put(at, slot, key);
  }

  private void down(int from, int slot, long key) {
    int at = from;
    int half = size >>> 1;
    while (at < half) {
      int child = 2 * at + 1;
      if (child + 1 < size && isBefore(keys[child + 1], heap[child + 1], child)) {
        child++;
      }
      if (isBefore(key, slot, child)) {
        break;
      }
      put(at, heap[child], keys[child]);
      at = child;
    }
    put(at, slot, key);
  }

  private boolean isBefore(long key, int slot, int position) {
    return key != keys[position]
        ? key < keys[position]
        : slots.compare(slot, heap[position], end) < 0;
  }

  private void put(int position, int slot, long key) {
    heap[position] = slot;
    keys[position] = key;
    slots.position(slot, end, position);
  }

  void sanityCheck() {
    for (int i = 0; i < size; i++) {
      Checks.that(slots.position(heap[i], end) == i, "position of slot in its heap");
      Checks.that(keys[i] == slots.key(heap[i], end), "key of slot in its heap");
      Checks.that(
          i == 0 || slots.compare(heap[(i - 1) >>> 1], heap[i], end) < 0, "order of a heap");
    }
  }
}
