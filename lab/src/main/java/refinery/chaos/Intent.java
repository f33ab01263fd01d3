package refinery.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What was asked of a survey and what was answered. The last answer holds, unless a request without
 * an answer arrived later. Used by one thread.
 */
final class Intent {
  private final String survey;
  private final Set<String> lateCancels = new HashSet<>();
  private final Set<Integer> latePriorities = new HashSet<>();
  private boolean lateRetry;
  private boolean wanted = true;
  private int priority;

  Intent(String survey, int priority) {
    this.survey = survey;
    this.priority = priority;
  }

  void cancelUnanswered(String reason) {
    lateCancels.add(reason);
  }

  /** Takes the answer to a cancel; a survey that had ended before stays as it is. */
  void cancelAnswered(JsonNode view) {
    if (isCancelled(view)) {
      wanted = false;
    }
  }

  void retryUnanswered() {
    lateRetry = true;
  }

  void retryAnswered() {
    wanted = true;
  }

  void priorityUnanswered(int asked) {
    latePriorities.add(asked);
  }

  void priorityAnswered(int asked) {
    priority = asked;
  }

  static boolean isCancelled(JsonNode view) {
    return view.path("state").asText().equals("cancelled");
  }

  /** True if a cancel without an answer explains this state. */
  boolean wasCancelledLate(JsonNode view) {
    return isCancelled(view) && lateCancels.contains(view.path("reason").asText());
  }

  /** What in this view was not asked for; empty if everything was. */
  Optional<String> broken(JsonNode view) {
    String is = survey + ": is " + view.path("state").asText();
    if (wanted && isCancelled(view) && !wasCancelledLate(view)) {
      return Optional.of(
          is + ", " + view.path("reason").asText() + ", though it was retried later");
    }
    if (!wanted && !isCancelled(view) && !lateRetry) {
      return Optional.of(is + " though its cancel was answered");
    }
    int shown = view.path("priority").asInt();
    if (shown != priority && !latePriorities.contains(shown)) {
      return Optional.of(survey + ": has priority " + shown + ", was given " + priority);
    }
    return Optional.empty();
  }
}
