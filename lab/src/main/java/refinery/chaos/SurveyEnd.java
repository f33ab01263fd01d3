package refinery.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import refinery.chaos.check.AskedSurvey;
import refinery.client.Terminal;

/**
 * Brings surveys to their end: first as a person left them; then all are retried until they are
 * done. Every other ending must have been asked for. Blocking.
 */
final class SurveyEnd {
  private static final Duration LOOK = Duration.ofMillis(500);

  /** A cancel without an answer may still arrive and undo a retry, but not more often than this. */
  private static final int ROUNDS = 4;

  private static final String BY_A_PERSON = "its job was cancelled: chaos cancelled this job";

  private final SurveyLoad load;
  private final Caller caller;
  private final Rest rest;
  private final Duration patience;
  private final List<String> violations = new ArrayList<>();
  private int leftCancelled;
  private int leftBadly;

  SurveyEnd(SurveyLoad load, Caller caller, Rest rest, Duration patience) {
    this.load = load;
    this.caller = caller;
    this.rest = rest;
    this.patience = patience;
  }

  /** Checks that exactly what was cancelled has stopped. */
  void asLeft() {
    settle("after the faults");
    for (Map.Entry<String, Intent> survey : load.intents().entrySet()) {
      JsonNode view = view(survey.getKey());
      survey.getValue().broken(view).ifPresent(violations::add);
      judge(survey.getKey(), view);
      leftCancelled += Intent.isCancelled(view) ? 1 : 0;
      leftBadly += List.of("failed", "done_with_failures").contains(state(view)) ? 1 : 0;
    }
  }

  /** Retries every survey, and again those that a late cancel has stopped. */
  void retryUntilDone() {
    for (int round = 0; round < ROUNDS; round++) {
      load.retryAll();
      settle("after all surveys were retried");
      boolean done = true;
      for (Map.Entry<String, Intent> survey : load.intents().entrySet()) {
        JsonNode view = view(survey.getKey());
        survey.getValue().broken(view).ifPresent(violations::add);
        judge(survey.getKey(), view);
        done &= state(view).equals("done");
      }
      if (done || !violations.isEmpty()) {
        return;
      }
    }
    violations.add("surveys that were retried " + ROUNDS + " times are not done");
  }

  private void settle(String when) {
    long end = System.nanoTime() + patience.toNanos();
    List<String> moving = rest.moving();
    while (!moving.isEmpty() && System.nanoTime() < end) {
      Terminal.pause(LOOK);
      moving = rest.moving();
    }
    if (!moving.isEmpty()) {
      violations.add("not ended " + patience + " " + when + ": " + moving);
    }
  }

  /**
   * Checks that only what a person cancelled has failed, and that a wanted survey has no cancelled
   * batch.
   */
  private void judge(String survey, JsonNode view) {
    if (state(view).equals("failed")) {
      boolean byAPerson =
          view.path("reason").asText().equals("the survey job was cancelled")
              && caller.list("/jobs?kind=survey&survey_id=" + survey).stream()
                  .anyMatch(job -> load.cancelledJobs().contains(job.path("id").asText()));
      if (!byAPerson) {
        violations.add(survey + ": failed: " + view.path("reason").asText());
      }
    }
    for (JsonNode batch : caller.list("/batches?survey_id=" + survey)) {
      String reason = batch.path("reason").asText();
      boolean unexplained =
          switch (state(batch)) {
            case "done" -> false;
            case "failed" -> !reason.contains(BY_A_PERSON);
            case "cancelled" -> !Intent.isCancelled(view);
            default -> true;
          };
      if (unexplained) {
        violations.add(
            survey
                + " is "
                + state(view)
                + ", its batch "
                + batch.path("id").asText()
                + " is "
                + state(batch)
                + ": "
                + reason);
      }
    }
  }

  private static String state(JsonNode view) {
    return view.path("state").asText();
  }

  private JsonNode view(String survey) {
    return caller.get("/surveys/" + survey);
  }

  List<String> violations() {
    return violations;
  }

  /** How many surveys were left cancelled, and how many had ended with failures. */
  Map<String, Integer> tally() {
    Map<String, Integer> tally = new LinkedHashMap<>();
    tally.put("  left cancelled", leftCancelled);
    tally.put("  left with failures", leftBadly);
    return tally;
  }

  /** The results that every survey must have. */
  static List<AskedSurvey> asked(SurveyLoad load, StudyArchive archive) throws IOException {
    List<AskedSurvey> all = new ArrayList<>();
    for (Map.Entry<String, SurveyPlan.Wish> survey : load.posted().entrySet()) {
      Map<String, String> results = new HashMap<>();
      for (String run : survey.getValue().runs()) {
        results.put(run, archive.result(survey.getValue().pipeline(), run));
      }
      all.add(new AskedSurvey(survey.getKey(), results));
    }
    return all;
  }
}
