package refinery.protocol.job;

/** What an attempt used: peak resident bytes and cpu seconds of its whole process tree. */
public record Usage(long peakMemory, double cpuSeconds) {
  public static final Usage NONE = new Usage(0, 0);
}
