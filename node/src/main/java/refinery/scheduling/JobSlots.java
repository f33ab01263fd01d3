package refinery.scheduling;

import java.time.Duration;
import java.util.Arrays;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;

/**
 * Queued jobs in parallel arrays: about 150 bytes a job with its id, so that a million fit into a
 * small heap. A slot is an index that is reused after {@link #free}. The index by id is an
 * open-addressed table with linear probing and backward-shift deletion.
 */
final class JobSlots {
  private static final int NONE = -1;

  /** A key has so many bits for the order, and the rest for the period of the queue time. */
  private static final int ORDER_BITS = 43;

  private static final long MOST = (1L << ORDER_BITS) - 1;
  private static final long LAST_PERIOD = (1L << (Long.SIZE - 1 - ORDER_BITS)) - 1;

  private final long periodMillis;

  private JobId[] ids = new JobId[64];
  private long[] orders = new long[64];
  private long[] queuedAt = new long[64];
  private String[] affinities = new String[64];
  private Lane[] lanes = new Lane[64];
  private long[] memory = new long[64];
  private long[] disk = new long[64];

  /** Spread hashes of the ids: a probe of the table need not touch them. */
  private int[] hashes = new int[64];

  /** Where the slot is in its lane's heaps. */
  private final int[][] positions = new int[Order.End.values().length][64];

  private int[] table = filled(128);
  private int[] freeSlots = new int[64];
  private int freeCount;
  private int used;

  JobSlots(Duration period) {
    this.periodMillis = period.toMillis();
  }

  private static int[] filled(int length) {
    int[] table = new int[length];
    Arrays.fill(table, NONE);
    return table;
  }

  int size() {
    return used - freeCount;
  }

  /** The slot of a job, or -1. */
  int find(JobId id) {
    int mask = table.length - 1;
    int hash = spread(id);
    for (int at = hash & mask; table[at] != NONE; at = (at + 1) & mask) {
      if (hashes[table[at]] == hash && ids[table[at]].equals(id)) {
        return table[at];
      }
    }
    return NONE;
  }

  int allocate(JobId id, long order, long queued, String affinity, Resources needs, Lane lane) {
    int slot = freeCount > 0 ? freeSlots[--freeCount] : used++;
    if (slot == ids.length) {
      grow();
    }
    ids[slot] = id;
    orders[slot] = order;
    queuedAt[slot] = queued;
    affinities[slot] = affinity;
    lanes[slot] = lane;
    memory[slot] = needs.memory();
    disk[slot] = needs.disk();
    hashes[slot] = spread(id);
    if (size() * 2 > table.length) {
      rehash();
    } else {
      insert(slot);
    }
    return slot;
  }

  void free(int slot) {
    removeFromTable(slot);
    ids[slot] = null;
    affinities[slot] = null;
    lanes[slot] = null;
    if (freeCount == freeSlots.length) {
      freeSlots = Arrays.copyOf(freeSlots, freeCount * 2);
    }
    freeSlots[freeCount++] = slot;
  }

  private void grow() {
    int length = ids.length + (ids.length >> 1);
    ids = Arrays.copyOf(ids, length);
    orders = Arrays.copyOf(orders, length);
    queuedAt = Arrays.copyOf(queuedAt, length);
    affinities = Arrays.copyOf(affinities, length);
    lanes = Arrays.copyOf(lanes, length);
    Arrays.setAll(positions, end -> Arrays.copyOf(positions[end], length));
    memory = Arrays.copyOf(memory, length);
    disk = Arrays.copyOf(disk, length);
    hashes = Arrays.copyOf(hashes, length);
  }

  private static int spread(JobId id) {
    int hash = id.value().hashCode() * 0x9E3779B9;
    return hash ^ (hash >>> 15);
  }

  private void insert(int slot) {
    int mask = table.length - 1;
    int at = hashes[slot] & mask;
    while (table[at] != NONE) {
      at = (at + 1) & mask;
    }
    table[at] = slot;
  }

  private void rehash() {
    table = filled(table.length * 2);
    for (int slot = 0; slot < used; slot++) {
      if (ids[slot] != null) {
        insert(slot);
      }
    }
  }

  private void removeFromTable(int slot) {
    int mask = table.length - 1;
    int hole = hashes[slot] & mask;
    while (table[hole] != slot) {
      hole = (hole + 1) & mask;
    }
    table[hole] = NONE;
    for (int at = (hole + 1) & mask; table[at] != NONE; at = (at + 1) & mask) {
      int home = hashes[table[at]] & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at];
        table[at] = NONE;
        hole = at;
      }
    }
  }

  /**
   * What comes first has the smallest key; of equal keys {@link #compare} decides. What was lost
   * with its node had its turn already and comes first at either end. What was queued in an earlier
   * period goes before all of a later one: without that, a job of middling size would wait for ever
   * when smaller and larger ones keep coming.
   */
  long key(int slot, Order.End end) {
    if (orders[slot] == JobTicket.FIRST) {
      return Long.MIN_VALUE;
    }
    return Math.clamp(period(slot), 0, LAST_PERIOD) << ORDER_BITS
        | end.ascending(Math.clamp(orders[slot], 0, MOST), MOST);
  }

  /** The key of a job whose order counts only as much as {@code weight}, at most 1, says. */
  static long weighed(long key, Order.End end, double weight) {
    if (key == Long.MIN_VALUE || weight == 1) {
      return key;
    }
    long order = end.ascending(key & MOST, MOST);
    return (key & ~MOST) | end.ascending((long) (order * weight), MOST);
  }

  private long period(int slot) {
    return Math.floorDiv(queuedAt[slot], periodMillis);
  }

  /**
   * Period, order, queue time, then id: total, and independent of the order of arrival. Keys that
   * differ say the same.
   */
  int compare(int left, int right, Order.End end) {
    int byKey = Long.compare(key(left, end), key(right, end));
    if (byKey != 0) {
      return byKey;
    }
    int byPeriod = Long.compare(period(left), period(right));
    if (byPeriod != 0) {
      return byPeriod;
    }
    int byOrder = Long.compare(orders[left], orders[right]);
    if (byOrder != 0) {
      return end == Order.End.SMALLEST ? byOrder : -byOrder;
    }
    int byQueueTime = Long.compare(queuedAt[left], queuedAt[right]);
    return byQueueTime != 0 ? byQueueTime : ids[left].compareTo(ids[right]);
  }

  JobId id(int slot) {
    return ids[slot];
  }

  long order(int slot) {
    return orders[slot];
  }

  long queuedAt(int slot) {
    return queuedAt[slot];
  }

  /** What the job itself asks for, where its shape is rounded up. */
  long memory(int slot) {
    return memory[slot];
  }

  long disk(int slot) {
    return disk[slot];
  }

  String affinity(int slot) {
    return affinities[slot];
  }

  Lane lane(int slot) {
    return lanes[slot];
  }

  int position(int slot, Order.End end) {
    return positions[end.ordinal()][slot];
  }

  void position(int slot, Order.End end, int position) {
    positions[end.ordinal()][slot] = position;
  }
}
