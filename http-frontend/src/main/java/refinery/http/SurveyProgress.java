package refinery.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.protocol.Json;
import refinery.protocol.SurveyId;
import refinery.protocol.query.ReadModel;
import refinery.protocol.query.SurveyPace;
import refinery.protocol.query.SurveyView;
import refinery.protocol.survey.SurveyState;

/**
 * How far a survey is and when it may end, if it goes on as it did lately.
 *
 * @param ended batches that are done, have failed or were cancelled
 * @param left batches that still have to end; planned ones are neither
 * @param perHour batches that end in an hour; empty if there is no telling
 * @param secondsLeft until all that are left have ended; empty if there is no telling
 * @param expectedAt when that is
 * @param basis how the pace was measured, or why there is none
 */
record SurveyProgress(
    long ended,
    long left,
    OptionalDouble perHour,
    OptionalDouble secondsLeft,
    Optional<Instant> expectedAt,
    String basis) {
  private static final double HOUR = 3600;

  /** Pure. */
  static SurveyProgress of(SurveyView survey, Optional<SurveyPace> pace, Instant now) {
    SurveyView.BatchCounts counts = survey.batches();
    long ended = counts.done() + counts.failed() + counts.cancelled();
    long left = counts.queued() + counts.downloading() + counts.processing();
    if (survey.state().isTerminal()) {
      return unknown(ended, left, "it has ended");
    }
    if (survey.state() == SurveyState.AWAITING_INPUT) {
      return unknown(ended, left, "it waits for an answer");
    }
    if (left == 0) {
      return unknown(ended, left, "no batch of it is under way");
    }
    if (pace.isEmpty()) {
      return unknown(ended, left, "too few of its process jobs have ended to tell");
    }
    double seconds = pace.get().time().toMillis() / 1e3;
    double each = seconds / pace.get().jobs();
    return new SurveyProgress(
        ended,
        left,
        OptionalDouble.of(HOUR / each),
        OptionalDouble.of(each * left),
        Optional.of(now.plusMillis(Math.round(Math.min(each * left * 1e3, 1e14)))),
        "its last %d process jobs ended within %s".formatted(pace.get().jobs(), words(seconds)));
  }

  private static SurveyProgress unknown(long ended, long left, String why) {
    return new SurveyProgress(
        ended, left, OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty(), why);
  }

  private static String words(double seconds) {
    Duration time = Duration.ofSeconds(Math.max(1, Math.round(seconds)));
    return time.toHours() > 0
        ? "%d h %d min".formatted(time.toHours(), time.toMinutesPart())
        : time.toMinutes() > 0
            ? "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart())
            : time.toSeconds() + " s";
  }

  /** The surveys as JSON, each with its progress. */
  static CompletionStage<List<ObjectNode>> added(ReadModel rows, List<SurveyView> surveys) {
    List<SurveyView> running =
        surveys.stream().filter(survey -> survey.state() == SurveyState.RUNNING).toList();
    CompletionStage<Map<SurveyId, SurveyPace>> paces =
        running.isEmpty()
            ? CompletableFuture.completedFuture(Map.of())
            : rows.paces(running.stream().map(SurveyView::id).toList());
    return paces.thenApply(
        known -> {
          Instant now = Instant.now();
          return surveys.stream()
              .map(
                  survey ->
                      shown(survey, of(survey, Optional.ofNullable(known.get(survey.id())), now)))
              .toList();
        });
  }

  private static ObjectNode shown(SurveyView survey, SurveyProgress progress) {
    ObjectNode shown = Json.MAPPER.valueToTree(survey);
    shown.set("progress", Json.MAPPER.valueToTree(progress));
    return shown;
  }
}
