package refinery.foreman;

import java.util.Locale;

/** The ways in which an entity can be stuck. */
enum Plight {
  /** The job is queued, but the scheduler does not know it. */
  QUEUED_UNKNOWN,
  /** The job still waits although the time of its retry is past. */
  OVERDUE,
  /** The job's row says that it runs, but no node runs it. */
  RUNS_NOWHERE,
  /**
   * Something outstanding was not acknowledged for so long that the entity cannot be repeating it.
   */
  UNACKNOWLEDGED;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
