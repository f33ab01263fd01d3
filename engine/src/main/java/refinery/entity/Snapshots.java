package refinery.entity;

/**
 * When an entity stores its whole state beside its events, so that a recovery need not read all of
 * them. Events are never deleted: without its snapshot an entity recovers more slowly, but loses
 * nothing.
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
   * A snapshot every {@value #LEAST} events at first, later whenever between a 32nd and a 16th of
   * the events are new. So all snapshots together cost only in proportion to the number of events,
   * and a recovery reads few events. Also a snapshot when the entity has settled.
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
   * @param since events since the last snapshot, or since the recovery if there was none after it
   * @param settled true when the entity is settled
   */
  abstract boolean isDue(long sequenceNumber, long since, boolean settled);

  /** The configuration path of Akka's snapshot store. */
  abstract String plugin();
}
