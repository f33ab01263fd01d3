package refinery.protocol.job;

/**
 * What an attempt used: peak resident bytes and cpu seconds of its whole process tree. The peak is
 * 0 when the processes ended within milliseconds, too soon to be measured.
 */
public record Usage(long peakMemory, double cpuSeconds) {
  public static final Usage NONE = new Usage(0, 0);
}
