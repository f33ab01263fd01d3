package refinery.scheduling;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import refinery.protocol.Resources;

/**
 * Equal requests: what fits or does not fit is decided once for all jobs of a shape.
 *
 * <p>Invariant: while {@link #blocked}, no node outside the dirty list of {@link Nodes} fits.
 */
final class Shape {
  final Key key;
  final long cpu;
  final long memory;
  final long disk;
  final long roleBit;

  /** Tokens in order of their names. */
  final List<Tokens.Token> tokens = new ArrayList<>();

  final List<Integer> tokenCounts = new ArrayList<>();

  /** Queues by survey; never empty ones. */
  final Map<SurveyShare, Lane> lanes = new HashMap<>();

  /** How much the size of the input counts beside that of other shapes' jobs, at most 1. */
  double weight = 1;

  boolean blocked;

  /** A node that could hold it; null while it is unplaceable. */
  Bin witness;

  /** Place in the list of shapes. */
  int index;

  /** Unique among the shapes with queued jobs, small, and the same as long as there are any. */
  int number;

  /** Its jobs ask for at most this much, and some for less. */
  boolean rounded;

  /** No job in it asks for less. */
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

  /** Whether the bin, were it empty, could hold it. */
  boolean fitsCapacity(Bin bin) {
    return (bin.roles & roleBit) != 0 && cpu <= bin.cpu && memory <= bin.memory && disk <= bin.disk;
  }

  /** Whether the bin could hold a job that asks for less than the shape says, but not the shape. */
  boolean mayHoldFits(Bin bin) {
    return rounded
        && (bin.roles & roleBit) != 0
        && cpu <= bin.cpu
        && leastMemory <= bin.memory
        && leastDisk <= bin.disk;
  }

  /** The largest part that it asks for of what the largest node has. */
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

  /** No amount of waiting can give it its tokens. */
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
