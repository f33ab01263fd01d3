package refinery.scheduling;

import java.util.Arrays;
import java.util.List;

/**
 * The shapes that a pass may still place, as bits by {@link Shape#number}. During a pass shapes
 * only close.
 *
 * <p>When few nodes gained resources, a blocked shape is open as long as it fits one of these
 * nodes, which is called its room. Otherwise a shape is open until it was tried on all nodes.
 */
final class OpenShapes {
  /** With more nodes in the dirty list than this, the index of all nodes is faster. */
  private static final int FEW = 256;

  private static final int CHUNK = 8;

  private static final int NONE = -1;

  private final Nodes nodes;
  private final Backlog backlog;
  private Shape[] byNumber = {};

  /** By the shape's number, the index of its room in the dirty list, or {@link #NONE}. */
  private int[] rooms = {};

  private long[] bits = {};

  /** The free amounts of the dirty bins, copied so that a search reads few cache lines. */
  private long[] cpu = {};

  /** The maximum of {@link #cpu} in each {@link #CHUNK}. */
  private long[] chunkCpu = {};

  private long[] memory = {};
  private long[] disk = {};
  private boolean few;

  OpenShapes(Nodes nodes, Backlog backlog) {
    this.nodes = nodes;
    this.backlog = backlog;
  }

  long[] bits() {
    return bits;
  }

  /** True when blocked shapes need to be tried on the dirty list only. */
  boolean inDirtyOnly() {
    return few;
  }

  /**
   * Begins a pass. A shape that lacks a token is not tried on nodes, so it counts as not blocked.
   */
  void begin() {
    few = nodes.dirty().size() <= FEW;
    bits = new long[(backlog.numbers() >> 6) + 1];
    if (byNumber.length < backlog.numbers()) {
      byNumber = new Shape[backlog.numbers() * 2];
      rooms = new int[byNumber.length];
    }
    if (few) {
      copyDirty();
    }
    List<Shape> shapes = backlog.shapes();
    for (int i = 0; i < shapes.size(); i++) {
      Shape shape = shapes.get(i);
      int room = NONE;
      if (shape.witness == null) {
        continue;
      }
      if (shape.blocked && few) {
        room = room(shape, 0);
        if (room == NONE) {
          continue;
        }
      }
      if (!shape.tokensAvailable()) {
        shape.blocked = false;
        continue;
      }
      byNumber[shape.number] = shape;
      rooms[shape.number] = room;
      bits[shape.number >> 6] |= 1L << shape.number;
    }
  }

  private void copyDirty() {
    List<Bin> dirty = nodes.dirty();
    if (cpu.length < dirty.size()) {
      cpu = new long[2 * FEW];
      chunkCpu = new long[2 * FEW / CHUNK];
      memory = new long[2 * FEW];
      disk = new long[2 * FEW];
    }
    Arrays.fill(cpu, Long.MIN_VALUE);
    for (int i = 0; i < dirty.size(); i++) {
      copy(i, dirty.get(i));
    }
  }

  private int room(Shape shape, int from) {
    List<Bin> dirty = nodes.dirty();
    int i = from;
    while (i < dirty.size()) {
      if (i % CHUNK == 0 && shape.cpu > chunkCpu[i / CHUNK]) {
        i += CHUNK;
      } else if (shape.cpu <= cpu[i]
          && shape.memory <= memory[i]
          && shape.disk <= disk[i]
          && dirty.get(i).mayFit(shape)) {
        return i;
      } else {
        i++;
      }
    }
    return NONE;
  }

  private void copy(int index, Bin bin) {
    cpu[index] = bin.takesWork() ? bin.freeCpu : Long.MIN_VALUE;
    memory[index] = bin.freeMemory;
    disk[index] = bin.freeDisk;
    int chunk = index / CHUNK;
    long most = Long.MIN_VALUE;
    for (int i = chunk * CHUNK; i < (chunk + 1) * CHUNK; i++) {
      most = Math.max(most, cpu[i]);
    }
    chunkCpu[chunk] = most;
  }

  void close(Shape shape) {
    if (shape.number >> 6 < bits.length) {
      bits[shape.number >> 6] &= ~(1L << shape.number);
    }
  }

  /**
   * Something was placed on the bin. Shapes whose room it was look for another one behind it: bins
   * only shrink during a pass, so those before it are too small already.
   */
  void shrunk(Bin bin) {
    int index = bin.dirtyAt;
    if (!few || index == NONE) {
      return;
    }
    copy(index, bin);
    for (int word = 0; word < bits.length; word++) {
      for (long left = bits[word]; left != 0; left &= left - 1) {
        int number = (word << 6) + Long.numberOfTrailingZeros(left);
        if (rooms[number] == index && !bin.mayFit(byNumber[number])) {
          rooms[number] = room(byNumber[number], index + 1);
          if (rooms[number] == NONE) {
            close(byNumber[number]);
          }
        }
      }
    }
  }
}
