package refinery.agent;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * A mark on a process that all its descendants inherit. Clearing the environment, a new session, a
 * second fork, another directory or closing files do not remove it: it is the soft limit {@code
 * RLIMIT_LOCKS}, which Linux keeps and shows but has not enforced since 2.4 (getrlimit(2)). Only a
 * process that sets this limit itself loses the mark. Where the hard limit forbids setting it, the
 * variables of {@link BaseEnvironment} are the only mark.
 */
record InheritedMark(int node) {
  /** Higher than any limit in real use, but lower than "unlimited". */
  private static final long BASE = 1L << 62;

  private static final int NODE_BITS = 30;
  private static final int NUMBER_BITS = 32;
  private static final long NUMBERS = (1L << NUMBER_BITS) - 1;

  static InheritedMark of(Path nodeDirectory) {
    CRC32 sum = new CRC32();
    sum.update(nodeDirectory.toString().getBytes(StandardCharsets.UTF_8));
    return new InheritedMark((int) (sum.getValue() & ((1L << NODE_BITS) - 1)));
  }

  /** The limit to set for the process with this number; its descendants inherit it. */
  long limit(long number) {
    return BASE | ((long) node << NUMBER_BITS) | (number & NUMBERS);
  }

  /** True for a process that any life of this node has started. */
  boolean isOfNode(long pid) {
    return ProcessTable.locksLimit(pid).stream()
        .anyMatch(limit -> (limit & ~NUMBERS) == (limit(0) & ~NUMBERS));
  }

  boolean isOf(long pid, long number) {
    return ProcessTable.locksLimit(pid).stream().anyMatch(limit -> limit == limit(number));
  }
}
