package refinery.foreman;

import java.util.Optional;
import java.util.Set;
import refinery.protocol.EntityKind;
import refinery.protocol.JobId;
import refinery.readmodel.NodeQueries.Unsettled;

/**
 * Decides whether an entity is stuck, from its read row and from what the scheduler knows. Pure.
 */
final class Rules {
  private Rules() {}

  /**
   * @param inHand the jobs of this page that the scheduler knows; empty when it did not answer, and
   *     then no job counts as unknown to it
   */
  static Optional<Plight> plight(Unsettled row, Optional<Set<JobId>> inHand, ForemanConfig config) {
    if (row.kind() == EntityKind.SCHEDULE) {
      // What it asks is answered only when its survey ends; only its time says that it is stuck.
      return overdue(row, config);
    }
    if (row.kind() == EntityKind.JOB) {
      boolean nowhere = inHand.filter(known -> !known.contains(JobId.of(row.id()))).isPresent();
      switch (row.state()) {
        case "queued", "unplaceable" -> {
          if (nowhere && row.age().compareTo(config.queuedGrace()) >= 0) {
            return Optional.of(Plight.QUEUED_UNKNOWN);
          }
        }
        case "running" -> {
          if (nowhere
              && row.node().isPresent()
              && row.age().compareTo(config.runningGrace()) >= 0) {
            return Optional.of(Plight.RUNS_NOWHERE);
          }
        }
        case "waiting" -> {
          return overdue(row, config);
        }
        default -> {}
      }
    }
    return row.open() && row.age().compareTo(config.chainGrace()) >= 0
        ? Optional.of(Plight.UNACKNOWLEDGED)
        : Optional.empty();
  }

  private static Optional<Plight> overdue(Unsettled row, ForemanConfig config) {
    return row.overdue()
        .filter(late -> late.compareTo(config.waitingGrace()) >= 0)
        .map(late -> Plight.OVERDUE);
  }

  static Nudge nudge(Unsettled row, Plight plight) {
    return switch (plight) {
      case QUEUED_UNKNOWN -> new Nudge.Reannounce(JobId.of(row.id()));
      case OVERDUE, UNACKNOWLEDGED -> new Nudge.Wake(row.kind(), row.id());
      case RUNS_NOWHERE ->
          new Nudge.Lose(JobId.of(row.id()), row.attempt(), row.node().orElseThrow());
    };
  }
}
