package refinery.scheduling;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import refinery.protocol.Resources;

/**
 * Jobs with equal requests (role, priority, resources). Whether they fit is decided once for all of
 * them.
 *
 * <p>Invariant: while a shape is {@link #blocked}, it fits no node outside the dirty list of {@link
 * Nodes}.
 */
final class Shape {
  final Key key;
  final long cpu;
  final long memory;
  final long disk;
  final long roleBit;

  /** The tokens that it needs, sorted by name; their counts are in {@link #tokenCounts}. */
  final List<Tokens.Token> tokens = new ArrayList<>();

  final List<Integer> tokenCounts = new ArrayList<>();

  /** The lanes by survey; none of them is empty. */
  final Map<SurveyShare, Lane> lanes = new HashMap<>();

  /**
   * The factor by which sizes of inputs count in the order, at most 1; see {@link Order#BOTH_ENDS}.
   */
  double weight = 1;

  boolean blocked;

  /**
   * A node that could hold the shape if it were empty; null when there is none: the shape is
   * unplaceable.
   */
  Bin witness;

  /** Index in the list of shapes. */
  int index;

  /** A small number, unique among the shapes with queued jobs and unchanged while it has some. */
  int number;

  /** True when the resources are rounded up, so that jobs may ask for less. */
  boolean rounded;

  /** Lower bounds of what any job of the shape asks for, in bytes. */
  long leastMemory;

  long leastDisk;

  record Key(String role, int priority, Resources resources) {}

  Shape(Key key, long roleBit) {
    this.key = key;
    this.cpu = key.resources().cpu();
    this.memory = key.resources().memory();
    this.disk = key.resources().disk();
    this.roleBit = roleBit;
  }

  /** True when the bin could hold the shape if it were empty. */
  boolean fitsCapacity(Bin bin) {
    return (bin.roles & roleBit) != 0 && cpu <= bin.cpu && memory <= bin.memory && disk <= bin.disk;
  }

  /**
   * True when the bin, if it were empty, might hold a job that asks for less than the rounded
   * shape.
   */
  boolean mayHoldFits(Bin bin) {
    return rounded
        && (bin.roles & roleBit) != 0
        && cpu <= bin.cpu
        && leastMemory <= bin.memory
        && leastDisk <= bin.disk;
  }

  /** The largest of the parts of this node's cpu, memory and disk that it asks for, at most 1. */
  double dominantPart(Resources node) {
    return Math.max(
        part(cpu, node.cpu()), Math.max(part(memory, node.memory()), part(disk, node.disk())));
  }

  private static double part(long amount, long whole) {
    return whole <= 0 ? 1 : Math.min(1, (double) amount / whole);
  }

  boolean tokensAvailable() {
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).free() < tokenCounts.get(i)) {
        return false;
      }
    }
    return true;
  }

  /** True when it needs more of a token than its limit, so that waiting does not help. */
  boolean tokensImpossible() {
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).limit() < tokenCounts.get(i)) {
        return true;
      }
    }
    return false;
  }

  int queued() {
    return lanes.values().stream().mapToInt(Lane::size).sum();
  }
}
