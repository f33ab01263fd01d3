package refinery.foreman;

import java.util.Locale;

/** The ways in which an entity can be stuck. */
enum Plight {
  /** The job is queued, but the scheduler does not know it. */
  QUEUED_UNKNOWN,
  /** The time of the job's retry, or of the schedule, is past. */
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
