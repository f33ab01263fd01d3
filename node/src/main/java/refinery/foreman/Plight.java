package refinery.foreman;

import java.util.Locale;

/** Ways in which nobody moves an entity. */
enum Plight {
  /** Queued, and the scheduler has never heard of it. */
  QUEUED_UNKNOWN,
  /** Waiting past its time. */
  OVERDUE,
  /** Running by its row, on no node that says so. */
  RUNS_NOWHERE,
  /** Its next step was never acknowledged and is not repeated any more. */
  UNACKNOWLEDGED;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
