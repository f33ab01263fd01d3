package refinery.protocol.job;

/**
 * What an attempt used: peak resident bytes and cpu seconds of its whole process tree, and the most
 * bytes that its scratch directory was seen to hold. The peak is 0 when the processes ended within
 * milliseconds, too soon to be measured; scratch is 0 where it is not known.
 */
public record Usage(long peakMemory, double cpuSeconds, long scratch) {
  public static final Usage NONE = new Usage(0, 0, 0);

  /** The use of one process, whose share of the scratch directory is not known. */
  public Usage(long peakMemory, double cpuSeconds) {
    this(peakMemory, cpuSeconds, 0);
  }

  /** The same with what the scratch directory held. */
  public Usage withScratch(long bytes) {
    return new Usage(peakMemory, cpuSeconds, bytes);
  }
}
