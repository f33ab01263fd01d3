package refinery.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.schedule.ScheduleEvent;
import refinery.protocol.survey.SurveyState;

/**
 * Which surveys of a schedule have found something, so that what a later one does not find can be
 * marked as withdrawn. A search that failed or found nothing says nothing of what is withdrawn.
 * Immutable.
 *
 * @param known the last survey that was complete, and those since that were not but found something
 * @param marking what is being marked now
 */
record Listings(List<SurveyId> known, Optional<Marking> marking) {
  static final Listings NONE = new Listings(List.of(), Optional.empty());

  /** More surveys in a row that fail in the middle of a search are not remembered. */
  private static final int MOST = 20;

  /**
   * @param survey what it does not list is marked
   * @param since when that survey was made
   * @param after the last batch that has answered
   */
  record Marking(SurveyId survey, Instant since, Optional<BatchId> after) {}

  Listings ended(ScheduleEvent.SurveyEnded event) {
    if (event.batches() == 0 || known.contains(event.survey())) {
      return this;
    }
    if (!isComplete(event.state()) && !known.isEmpty()) {
      List<SurveyId> more = new ArrayList<>(known);
      more.add(event.survey());
      return new Listings(more.size() > MOST ? known : List.copyOf(more), marking);
    }
    return known.isEmpty()
        ? new Listings(List.of(event.survey()), marking)
        : new Listings(
            known, Optional.of(new Marking(event.survey(), event.since(), Optional.empty())));
  }

  private static boolean isComplete(SurveyState state) {
    return switch (state) {
      case DONE, DONE_WITH_FAILURES -> true;
      case FAILED, CANCELLED, RUNNING, AWAITING_INPUT -> false;
    };
  }

  Listings marked(ScheduleEvent.WithdrawnMarked event) {
    return event.last().isPresent()
        ? new Listings(
            known, marking.map(now -> new Marking(now.survey(), now.since(), event.last())))
        : new Listings(List.of(event.survey()), Optional.empty());
  }
}
