package refinery.scheduling;

import java.util.ArrayList;
import java.util.List;
import refinery.protocol.NodeId;

/**
 * A node as a bin for packing: cpu in millicores, memory and disk in bytes. Free amounts may be
 * negative, because adopted leases exist whatever the capacity.
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

  /** Why the node takes no work; empty when it does. */
  String refuses = "";

  final List<Lease> leases = new ArrayList<>();

  /** How many leases have an expected end. */
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
   * True when the shape fits into what is free. What is reserved for another lane of the same or a
   * higher priority is not free, unless the job is expected to end before the reserved one starts.
   *
   * @param expectedEnd of the job, in milliseconds since 1970; 0 when unknown
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

  /** True when a job of the shape fits, or would fit if it were short enough. */
  boolean mayFit(Shape shape) {
    return shape.cpu <= freeCpu
        && shape.memory <= freeMemory
        && shape.disk <= freeDisk
        && (reservedFor == null ? (roles & shape.roleBit) != 0 : fits(shape, reservedUntil));
  }

  /** True when the shape fits; for the lane for which the bin is reserved. */
  boolean fitsReserved(Shape shape) {
    return shape.cpu <= freeCpu
        && shape.memory <= freeMemory
        && shape.disk <= freeDisk
        && (roles & shape.roleBit) != 0;
  }
}
