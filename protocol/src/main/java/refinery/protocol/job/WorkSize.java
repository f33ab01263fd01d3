package refinery.protocol.job;

import refinery.protocol.batch.Provision;

/**
 * How large a process job's work is, in powers of two: jobs of one pipeline and one size are
 * comparable.
 *
 * @param inputs the binary logarithm of the bytes of its inputs, 0 if it has none
 * @param needed that of the single outputs of other batches that it uses, such as an index
 */
public record WorkSize(int inputs, int needed) {

  public static WorkSize of(Work.Process work) {
    long needed = work.provided().stream().mapToLong(WorkSize::single).sum();
    return new WorkSize(power(work.inputBytes()), power(needed));
  }

  private static long single(Provision provision) {
    return switch (provision) {
      case Provision.One one -> one.artifact().size();
      case Provision.All all -> 0;
    };
  }

  private static int power(long bytes) {
    return bytes < 2 ? 0 : 63 - Long.numberOfLeadingZeros(bytes);
  }
}
