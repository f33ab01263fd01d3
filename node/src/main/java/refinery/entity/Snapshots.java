package refinery.entity;

/**
 * When an entity stores its whole state beside its events, so that its recovery need not read them
 * all. Events stay: a snapshot that is lost or cannot be read costs time and nothing else.
 */
public enum Snapshots {
  NONE {
    @Override
    boolean isDue(long sequenceNumber, long since, boolean settled) {
      return false;
    }

    @Override
    String plugin() {
      return "akka.persistence.no-snapshot-store";
    }
  },

  /**
   * At every {@value #LEAST} events at first, later whenever a 16th of the events is new: what all
   * snapshots cost together stays in proportion to the events, and so does a recovery to none. Also
   * when it has settled.
   */
  GROWING {
    @Override
    boolean isDue(long sequenceNumber, long since, boolean settled) {
      long step = Math.max(LEAST, Long.highestOneBit(sequenceNumber) / PARTS);
      return sequenceNumber % step == 0 || (settled && since >= LEAST);
    }

    @Override
    String plugin() {
      return "jdbc-snapshot-store";
    }
  };

  private static final int LEAST = 1_024;
  private static final int PARTS = 16;

  /**
   * @param since events since the last snapshot, or since the recovery where there was none
   * @param settled whether the entity is done
   */
  abstract boolean isDue(long sequenceNumber, long since, boolean settled);

  /** The configuration of the store. */
  abstract String plugin();
}
