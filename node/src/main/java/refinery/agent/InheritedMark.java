package refinery.agent;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * A mark that a process hands on to all that it starts and that neither a cleared environment nor a
 * new session, a second fork, another directory or closed files take off: the soft limit of {@code
 * RLIMIT_LOCKS}, which Linux keeps and shows and has not enforced since 2.4. Only who sets this
 * very limit again is rid of it. Where the hard limit leaves no room, {@link BaseEnvironment} is
 * all.
 */
record InheritedMark(int node) {
  /** Above every limit that anybody would mean, below "unlimited". */
  private static final long BASE = 1L << 62;

  private static final int NODE_BITS = 30;
  private static final int NUMBER_BITS = 32;
  private static final long NUMBERS = (1L << NUMBER_BITS) - 1;

  static InheritedMark of(Path nodeDirectory) {
    CRC32 sum = new CRC32();
    sum.update(nodeDirectory.toString().getBytes(StandardCharsets.UTF_8));
    return new InheritedMark((int) (sum.getValue() & ((1L << NODE_BITS) - 1)));
  }

  /** The limit for a process and its descendants. */
  long limit(long number) {
    return BASE | ((long) node << NUMBER_BITS) | (number & NUMBERS);
  }

  /** Whether a process of any life of this node bears it. */
  boolean isOfNode(long pid) {
    return ProcessTable.locksLimit(pid).stream()
        .anyMatch(limit -> (limit & ~NUMBERS) == (limit(0) & ~NUMBERS));
  }

  boolean isOf(long pid, long number) {
    return ProcessTable.locksLimit(pid).stream().anyMatch(limit -> limit == limit(number));
  }
}
