package refinery.protocol.job;

/**
 * The verdict on a run whose first reads hardly map. It is the message of the job's failure, so it
 * is in the journal; statistics read the figures from it again.
 */
public final class EarlyStops {
  /** Begins every such message. */
  public static final String VERDICT = "verdict hopeless: ";

  /** The reason under which they are counted together. */
  public static final String REASON =
      VERDICT + "too few of the first reads map (early_stop_mapped_percent)";

  /** Finds the bytes and seconds in a message; PostgreSQL and Java read it alike. */
  public static final String SAVED = "not quantified: ([0-9]+) bytes of reads, about ([0-9]+) s";

  private EarlyStops() {}

  /**
   * @param mapped how many map, in words
   * @param percent the threshold, as the parameter says it
   */
  public static String words(String mapped, String percent, long bytes, long seconds) {
    return VERDICT
        + "%s, less than early_stop_mapped_percent = %s and min_mapping_rate allow; "
            .formatted(mapped, percent)
        + "not quantified: %d bytes of reads, about %d s".formatted(bytes, seconds);
  }
}
