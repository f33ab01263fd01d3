package refinery.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import refinery.protocol.Json;

class IntentTest {
  private final Intent intent = new Intent("survey-1", 50);

  private static JsonNode view(String state, String reason, int priority) {
    return Json.MAPPER
        .createObjectNode()
        .put("state", state)
        .put("reason", reason)
        .put("priority", priority);
  }

  @Test
  void aRetryThatWasAnsweredHolds() {
    intent.cancelAnswered(view("cancelled", "one", 50));
    intent.retryAnswered();
    assertThat(intent.broken(view("done", "", 50))).isEmpty();
    assertThat(intent.broken(view("cancelled", "one", 50))).isPresent();
  }

  @Test
  void aCancelThatWasAnsweredHolds() {
    intent.cancelAnswered(view("cancelled", "one", 50));
    assertThat(intent.broken(view("cancelled", "one", 50))).isEmpty();
    assertThat(intent.broken(view("running", "", 50))).isPresent();
  }

  @Test
  void aCancelOfWhatHasEndedChangesNothing() {
    intent.cancelAnswered(view("done", "", 50));
    assertThat(intent.broken(view("done", "", 50))).isEmpty();
  }

  @Test
  void whatWasNotAnsweredMayArriveLate() {
    intent.cancelUnanswered("one");
    intent.retryUnanswered();
    intent.priorityUnanswered(7);
    assertThat(intent.broken(view("cancelled", "one", 7))).isEmpty();
    assertThat(intent.broken(view("cancelled", "another", 7))).isPresent();
    intent.cancelAnswered(view("cancelled", "two", 50));
    assertThat(intent.broken(view("done", "", 50))).isEmpty();
  }

  @Test
  void thePriorityIsTheLastThatWasAnswered() {
    intent.priorityAnswered(3);
    assertThat(intent.broken(view("running", "", 3))).isEmpty();
    assertThat(intent.broken(view("running", "", 50))).isPresent();
  }
}
