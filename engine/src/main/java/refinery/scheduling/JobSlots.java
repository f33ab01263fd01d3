package refinery.scheduling;

import java.time.Duration;
import java.util.Arrays;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;

/**
 * The queued jobs in parallel arrays, about 150 bytes for each job with its id, so that a million
 * fit into a small heap. A slot is an index into these arrays; it is reused after {@link #free}.
 * Slots are found by id through an open-addressed hash table with linear probing and backward-shift
 * deletion (Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithm R).
 */
final class JobSlots {
  private static final int NONE = -1;

  /** How many numbers of a job lie together, because they are read together. */
  private static final int NUMBERS = 4;

  private static final int ORDER = 0;
  private static final int QUEUED_AT = 1;
  private static final int MEMORY = 2;
  private static final int DISK = 3;
  private static final int ENDS = Order.End.values().length;

  /**
   * How many bits of a key are for the order; the higher bits are for the period of the queue time.
   */
  private static final int ORDER_BITS = 43;

  private static final long MOST = (1L << ORDER_BITS) - 1;
  private static final long LAST_PERIOD = (1L << (Long.SIZE - 1 - ORDER_BITS)) - 1;

  private final long periodMillis;

  private JobId[] ids = new JobId[64];
  private long[] numbers = new long[64 * NUMBERS];
  private String[] affinities = new String[64];
  private Lane[] lanes = new Lane[64];

  /** The position of each slot in the heaps of its lane. */
  private int[] positions = new int[64 * ENDS];

  /**
   * The hash table by id. An entry is the id's hash in its upper half and the slot in its lower
   * one, so that most probes read nothing else.
   */
  private long[] table = filled(128);

  private int[] freeSlots = new int[64];
  private int freeCount;
  private int used;

  JobSlots(Duration period) {
    this.periodMillis = period.toMillis();
  }

  private static long[] filled(int length) {
    long[] table = new long[length];
    Arrays.fill(table, NONE);
    return table;
  }

  int size() {
    return used - freeCount;
  }

  /** The slot of a job; -1 when it is not queued. */
  int find(JobId id) {
    int mask = table.length - 1;
    int hash = spread(id);
    for (int at = hash & mask; table[at] != NONE; at = (at + 1) & mask) {
      if (hash(table[at]) == hash && ids[(int) table[at]].equals(id)) {
        return (int) table[at];
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
    numbers[slot * NUMBERS + ORDER] = order;
    numbers[slot * NUMBERS + QUEUED_AT] = queued;
    numbers[slot * NUMBERS + MEMORY] = needs.memory();
    numbers[slot * NUMBERS + DISK] = needs.disk();
    affinities[slot] = affinity;
    lanes[slot] = lane;
    if (size() * 2 > table.length) {
      rehash();
    } else {
      insert(entry(slot));
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
    numbers = Arrays.copyOf(numbers, length * NUMBERS);
    affinities = Arrays.copyOf(affinities, length);
    lanes = Arrays.copyOf(lanes, length);
    positions = Arrays.copyOf(positions, length * ENDS);
  }

  private static int spread(JobId id) {
    int hash = id.value().hashCode() * 0x9E3779B9;
    return hash ^ (hash >>> 15);
  }

  private long entry(int slot) {
    return (long) spread(ids[slot]) << Integer.SIZE | slot;
  }

  private static int hash(long entry) {
    return (int) (entry >>> Integer.SIZE);
  }

  private void insert(long entry) {
    int mask = table.length - 1;
    int at = hash(entry) & mask;
    while (table[at] != NONE) {
      at = (at + 1) & mask;
    }
    table[at] = entry;
  }

  private void rehash() {
    table = filled(table.length * 2);
    for (int slot = 0; slot < used; slot++) {
      if (ids[slot] != null) {
        insert(entry(slot));
      }
    }
  }

  private void removeFromTable(int slot) {
    int mask = table.length - 1;
    long entry = entry(slot);
    int hole = hash(entry) & mask;
    while (table[hole] != entry) {
      hole = (hole + 1) & mask;
    }
    table[hole] = NONE;
    for (int at = (hole + 1) & mask; table[at] != NONE; at = (at + 1) & mask) {
      int home = hash(table[at]) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at];
        table[at] = NONE;
        hole = at;
      }
    }
  }

  /**
   * The job that comes first at this end has the smallest key; between equal keys {@link #compare}
   * decides. A job whose attempt was lost with its node comes first at either end, since it had its
   * turn already. A job queued in an earlier period comes before all of a later one; otherwise a
   * job of middling size would wait for ever while smaller and larger ones keep coming.
   */
  long key(int slot, Order.End end) {
    long order = order(slot);
    if (order == JobTicket.FIRST) {
      return Long.MIN_VALUE;
    }
    return Math.clamp(period(slot), 0, LAST_PERIOD) << ORDER_BITS
        | end.ascending(Math.clamp(order, 0, MOST), MOST);
  }

  /** The key with its order multiplied by {@code weight}, which is from 0 to 1. */
  static long weighed(long key, Order.End end, double weight) {
    if (key == Long.MIN_VALUE || weight == 1) {
      return key;
    }
    long order = end.ascending(key & MOST, MOST);
    return (key & ~MOST) | end.ascending((long) (order * weight), MOST);
  }

  private long period(int slot) {
    return Math.floorDiv(queuedAt(slot), periodMillis);
  }

  /**
   * Compares by period, order, queue time, then id. A total order that does not depend on when jobs
   * were added, and that agrees with {@link #key} where keys differ.
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
    int byOrder = Long.compare(order(left), order(right));
    if (byOrder != 0) {
      return end == Order.End.SMALLEST ? byOrder : -byOrder;
    }
    int byQueueTime = Long.compare(queuedAt(left), queuedAt(right));
    return byQueueTime != 0 ? byQueueTime : ids[left].compareTo(ids[right]);
  }

  JobId id(int slot) {
    return ids[slot];
  }

  long order(int slot) {
    return numbers[slot * NUMBERS + ORDER];
  }

  long queuedAt(int slot) {
    return numbers[slot * NUMBERS + QUEUED_AT];
  }

  /** The bytes that the job itself asks for; its shape may be rounded up. */
  long memory(int slot) {
    return numbers[slot * NUMBERS + MEMORY];
  }

  long disk(int slot) {
    return numbers[slot * NUMBERS + DISK];
  }

  String affinity(int slot) {
    return affinities[slot];
  }

  Lane lane(int slot) {
    return lanes[slot];
  }

  int position(int slot, Order.End end) {
    return positions[slot * ENDS + end.ordinal()];
  }

  void position(int slot, Order.End end, int position) {
    positions[slot * ENDS + end.ordinal()] = position;
  }
}
