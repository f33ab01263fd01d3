package refinery.scheduling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import refinery.protocol.NodeId;

/**
 * The bins, indexed for best fit. A bin's sum is that of its free cpu, memory and disk, each as a
 * part of the largest node's. The best fit for a request is the bin with the smallest sum that the
 * request fits, because the sum of what is left over differs from that by a constant. Bins lie in
 * buckets by their sum. Each bucket has an upper bound of its members' free amounts, so that a
 * search skips buckets where nothing fits and does not grow with the number of nodes.
 */
final class Nodes {
  private static final int BUCKETS = 256;

  /** How many fitting bins are compared, which bounds the cost of a placement. */
  private static final int CANDIDATES = 6;

  private final Map<NodeId, Bin> byId = new TreeMap<>();
  private final Map<String, Bin> byName = new HashMap<>();
  private final Map<String, Long> roleBits = new HashMap<>();
  private final Bucket[] buckets = new Bucket[BUCKETS];
  private final long[] occupied = new long[BUCKETS / 64];

  /** The bins that gained free resources since the last pass. */
  private final List<Bin> dirty = new ArrayList<>();

  private long largestCpu = 1;
  private long largestMemory = 1;
  private long largestDisk = 1;

  Nodes() {
    Arrays.setAll(buckets, i -> new Bucket());
  }

  /**
   * Some bins, with upper bounds of their free amounts. A complete scan makes the bounds exact
   * again.
   */
  private static final class Bucket {
    Bin[] bins = new Bin[4];
    int size;
    long maxCpu = Long.MIN_VALUE;
    long maxMemory = Long.MIN_VALUE;
    long maxDisk = Long.MIN_VALUE;

    void clearBounds() {
      maxCpu = Long.MIN_VALUE;
      maxMemory = Long.MIN_VALUE;
      maxDisk = Long.MIN_VALUE;
    }

    void raise(Bin bin) {
      maxCpu = Math.max(maxCpu, bin.freeCpu);
      maxMemory = Math.max(maxMemory, bin.freeMemory);
      maxDisk = Math.max(maxDisk, bin.freeDisk);
    }

    boolean mayFit(Shape shape) {
      return shape.cpu <= maxCpu && shape.memory <= maxMemory && shape.disk <= maxDisk;
    }
  }

  Collection<Bin> all() {
    return byId.values();
  }

  Bin get(NodeId id) {
    return byId.get(id);
  }

  int size() {
    return byId.size();
  }

  List<Bin> dirty() {
    return dirty;
  }

  void clearDirty() {
    for (Bin bin : dirty) {
      bin.dirtyAt = -1;
    }
    dirty.clear();
  }

  long roleBit(String role) {
    Long known = roleBits.get(role);
    if (known != null) {
      return known;
    }
    if (roleBits.size() == Long.SIZE) {
      throw new IllegalArgumentException("more than " + Long.SIZE + " node roles: '" + role + "'");
    }
    long bit = 1L << roleBits.size();
    roleBits.put(role, bit);
    return bit;
  }

  void add(Bin bin) {
    byId.put(bin.id, bin);
    byName.put(bin.id.value(), bin);
  }

  void remove(Bin bin) {
    unindex(bin);
    byId.remove(bin.id);
    byName.remove(bin.id.value());
    if (bin.dirtyAt >= 0) {
      Bin last = dirty.removeLast();
      if (last != bin) {
        dirty.set(bin.dirtyAt, last);
        last.dirtyAt = bin.dirtyAt;
      }
      bin.dirtyAt = -1;
    }
  }

  /** Indexes all bins anew; call after a change of the largest amounts. */
  void reindexAll() {
    largestCpu = 1;
    largestMemory = 1;
    largestDisk = 1;
    for (Bin bin : byId.values()) {
      largestCpu = Math.max(largestCpu, bin.cpu);
      largestMemory = Math.max(largestMemory, bin.memory);
      largestDisk = Math.max(largestDisk, bin.disk);
    }
    byId.values().forEach(this::reindex);
  }

  /**
   * Indexes a bin anew; call after a change of its free amounts or of its willingness to take work.
   */
  void reindex(Bin bin) {
    int bucket = bin.takesWork() ? bucketOf(bin.freeCpu, bin.freeMemory, bin.freeDisk) : -1;
    if (bucket != bin.bucket) {
      unindex(bin);
      if (bucket >= 0) {
        index(bin, bucket);
      }
    } else if (bucket >= 0) {
      buckets[bucket].raise(bin);
    }
  }

  void markDirty(Bin bin) {
    if (bin.dirtyAt < 0) {
      bin.dirtyAt = dirty.size();
      dirty.add(bin);
    }
  }

  private int bucketOf(long cpu, long memory, long disk) {
    double sum = sum(cpu, memory, disk);
    return (int) Math.max(0, Math.min(BUCKETS - 1, sum * BUCKETS / 3));
  }

  private double sum(long cpu, long memory, long disk) {
    return (double) cpu / largestCpu
        + (double) memory / largestMemory
        + (double) disk / largestDisk;
  }

  private void index(Bin bin, int number) {
    Bucket bucket = buckets[number];
    if (bucket.size == bucket.bins.length) {
      bucket.bins = Arrays.copyOf(bucket.bins, bucket.size * 2);
    }
    bin.bucket = number;
    bin.position = bucket.size;
    bucket.bins[bucket.size++] = bin;
    bucket.raise(bin);
    occupied[number >> 6] |= 1L << number;
  }

  private void unindex(Bin bin) {
    if (bin.bucket < 0) {
      return;
    }
    Bucket bucket = buckets[bin.bucket];
    Bin last = bucket.bins[--bucket.size];
    bucket.bins[bucket.size] = null;
    if (last != bin) {
      bucket.bins[bin.position] = last;
      last.position = bin.position;
    }
    if (bucket.size == 0) {
      bucket.clearBounds();
      occupied[bin.bucket >> 6] &= ~(1L << bin.bucket);
    }
    bin.bucket = -1;
  }

  /**
   * The best bin for the shape among all bins, or null.
   *
   * @param affinity the id of a node that is preferred when it is nearly as good; empty: none
   * @param expectedEnd of the job, in milliseconds since 1970; 0 when unknown
   */
  Bin bestFit(Shape shape, String affinity, long expectedEnd) {
    Best best = new Best(shape, affinity);
    int number = nextOccupied(Math.max(0, bucketOf(shape.cpu, shape.memory, shape.disk) - 1));
    while (number >= 0 && best.seen < CANDIDATES) {
      Bucket bucket = buckets[number];
      if (bucket.mayFit(shape)) {
        scan(bucket, best, expectedEnd);
      }
      number = nextOccupied(number + 1);
    }
    if (!affinity.isEmpty() && best.bin != null && !best.bin.id.value().equals(affinity)) {
      Bin local = byName.get(affinity);
      if (local != null && local.takesWork() && local.fits(shape, expectedEnd)) {
        best.offer(local);
      }
    }
    return best.bin;
  }

  private static void scan(Bucket bucket, Best best, long expectedEnd) {
    long maxCpu = Long.MIN_VALUE;
    long maxMemory = Long.MIN_VALUE;
    long maxDisk = Long.MIN_VALUE;
    for (int i = 0; i < bucket.size; i++) {
      Bin bin = bucket.bins[i];
      maxCpu = Math.max(maxCpu, bin.freeCpu);
      maxMemory = Math.max(maxMemory, bin.freeMemory);
      maxDisk = Math.max(maxDisk, bin.freeDisk);
      if (bin.fits(best.shape, expectedEnd)) {
        best.offer(bin);
        if (best.seen >= CANDIDATES) {
          return;
        }
      }
    }
    bucket.maxCpu = maxCpu;
    bucket.maxMemory = maxMemory;
    bucket.maxDisk = maxDisk;
  }

  private int nextOccupied(int from) {
    if (from >= BUCKETS) {
      return -1;
    }
    int word = from >> 6;
    long bits = occupied[word] & (-1L << from);
    while (bits == 0) {
      if (++word == occupied.length) {
        return -1;
      }
      bits = occupied[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(bits);
  }

  /** The same among the bins that gained free resources since the last pass. */
  Bin bestDirtyFit(Shape shape, String affinity, long expectedEnd) {
    Best best = new Best(shape, affinity);
    for (int i = 0; i < dirty.size(); i++) {
      Bin bin = dirty.get(i);
      if (bin.takesWork() && bin.fits(shape, expectedEnd)) {
        best.offer(bin);
      }
    }
    return best.bin;
  }

  /**
   * The best of the bins offered. The smallest score wins: the sum of what would be left over, plus
   * how uneven that would be (cpu that is left without memory is of no use). The preferred node
   * wins when it is nearly as good.
   */
  private final class Best {
    private static final double TIE = 0.05;
    private final Shape shape;
    private final String affinity;
    private Bin bin;
    private double score = Double.MAX_VALUE;
    private int seen;

    Best(Shape shape, String affinity) {
      this.shape = shape;
      this.affinity = affinity;
    }

    void offer(Bin offered) {
      seen++;
      double cpu = (double) (offered.freeCpu - shape.cpu) / largestCpu;
      double memory = (double) (offered.freeMemory - shape.memory) / largestMemory;
      double disk = (double) (offered.freeDisk - shape.disk) / largestDisk;
      double low = Math.min(cpu, Math.min(memory, disk));
      double high = Math.max(cpu, Math.max(memory, disk));
      double value = cpu + memory + disk + (high - low);
      if (!affinity.isEmpty() && offered.id.value().equals(affinity)) {
        value -= TIE;
      }
      if (value < score || (value == score && offered.id.compareTo(bin.id) < 0)) {
        score = value;
        bin = offered;
      }
    }
  }

  void sanityCheck() {
    for (Bin bin : byId.values()) {
      int expected = bin.takesWork() ? bucketOf(bin.freeCpu, bin.freeMemory, bin.freeDisk) : -1;
      Checks.that(bin.bucket == expected, "bucket of " + bin.id);
      if (bin.bucket >= 0) {
        Bucket bucket = buckets[bin.bucket];
        Checks.that(bucket.bins[bin.position] == bin, "position of " + bin.id);
        Checks.that(
            bin.freeCpu <= bucket.maxCpu
                && bin.freeMemory <= bucket.maxMemory
                && bin.freeDisk <= bucket.maxDisk,
            "bounds of the bucket of " + bin.id);
      }
      Checks.that(bin.dirtyAt == dirty.indexOf(bin), "place in the dirty list of " + bin.id);
      long cpu = bin.cpu;
      long memory = bin.memory;
      long disk = bin.disk;
      for (Lease lease : bin.leases) {
        cpu -= lease.resources().cpu();
        memory -= lease.resources().memory();
        disk -= lease.resources().disk();
      }
      Checks.that(
          cpu == bin.freeCpu && memory == bin.freeMemory && disk == bin.freeDisk,
          "free resources of " + bin.id);
    }
  }
}
