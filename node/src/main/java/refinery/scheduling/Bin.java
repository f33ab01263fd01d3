package refinery.scheduling;

import java.util.ArrayList;
import java.util.List;
import refinery.protocol.NodeId;

/**
 * A node as a bin. Free amounts may be negative: adopted leases are facts, whatever the capacity.
 */
final class Bin {
  final NodeId id;
  long cpu;
  long memory;
  long disk;
  long freeCpu;
  long freeMemory;
  long freeDisk;
  long roles;

  /** Empty when the node takes work, else why not. */
  String refuses = "";

  final List<Lease> leases = new ArrayList<>();

  /** Leases whose end is expected at a known time. */
  int estimated;

  /** The lane for which this bin is held free, or null. */
  Lane reservedFor;

  /** When the reserved job is expected to start, in milliseconds; 0 when unknown. */
  long reservedUntil;

  /** Place in the index of {@link Nodes}; -1 while the node takes no work. */
  int bucket = -1;

  int position;

  /** Place in the dirty list of {@link Nodes}, or -1. */
  int dirtyAt = -1;

  Bin(NodeId id) {
    this.id = id;
  }

  boolean takesWork() {
    return refuses.isEmpty();
  }

  /**
   * Whether the shape fits into what is free. What is reserved for another lane of the same or a
   * higher priority is not free, unless the job is expected to end before the reserved one starts.
   *
   * @param expectedEnd of the job, 0 when unknown
   */
  boolean fits(Shape shape, long expectedEnd) {
    if (shape.cpu > freeCpu
        || shape.memory > freeMemory
        || shape.disk > freeDisk
        || (roles & shape.roleBit) == 0) {
      return false;
    }
    if (reservedFor == null || reservedFor.shape.key.priority() < shape.key.priority()) {
      return true;
    }
    if (reservedUntil > 0 && expectedEnd > 0 && expectedEnd <= reservedUntil) {
      return true;
    }
    Shape held = reservedFor.shape;
    return shape.cpu <= Math.max(0, freeCpu - held.cpu)
        && shape.memory <= Math.max(0, freeMemory - held.memory)
        && shape.disk <= Math.max(0, freeDisk - held.disk);
  }

  /** Whether a job of the shape may fit, were it short enough. */
  boolean mayFit(Shape shape) {
    return shape.cpu <= freeCpu
        && shape.memory <= freeMemory
        && shape.disk <= freeDisk
        && (reservedFor == null ? (roles & shape.roleBit) != 0 : fits(shape, reservedUntil));
  }

  /** For the lane that reserved it. */
  boolean fitsReserved(Shape shape) {
    return shape.cpu <= freeCpu
        && shape.memory <= freeMemory
        && shape.disk <= freeDisk
        && (roles & shape.roleBit) != 0;
  }
}
