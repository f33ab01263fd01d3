package refinery.chaos.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A job's stored events, judged by rules that are written here independently of the engine. Not
 * thread-safe.
 */
final class JobHistory {
  private static final Set<String> TERMINAL = Set.of("succeeded", "failed", "cancelled");
  private static final String RESULT = "result.txt";

  /** Events that may also come after the end. */
  private static final Set<String> NOTES =
      Set.of("owner_informed", "owners_joined", "raw_data_released", "raw_data_discarded");

  /** Events that may also come after the end, unless it is success: they are for a retry. */
  private static final Set<String> NOTES_FOR_A_RETRY =
      Set.of("priority_changed", "priority_wanted");

  private final String id;
  private final List<RecordedAttempt> attempts = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();
  private long sequence;
  private String state = "";
  private String reason = "";
  private boolean endedAtStart;
  private String kind = "";
  private String survey = "";
  private boolean discarded;
  private final Set<String> owners = new TreeSet<>();
  private final Set<String> released = new TreeSet<>();

  JobHistory(String id) {
    this.id = id;
  }

  void add(long number, JsonNode event) {
    if (number != sequence + 1) {
      broken.add(id + ": event " + number + " follows " + sequence);
    }
    sequence = number;
    String type = event.path("type").asText();
    if (TERMINAL.contains(state) && !mayFollowTheEnd(type)) {
      broken.add(id + ": " + type + " after it had " + state);
    }
    switch (type) {
      case "submitted" -> submitted(event.path("spec"));
      case "started" -> started(event);
      case "attempt_succeeded" -> {
        ended(event, "succeeded", true, isProcess() ? digest(event) : Optional.empty());
        state = "succeeded";
      }
      case "node_ended" -> endedAtStart = event.path("at_start").asBoolean();
      case "attempt_failed" -> failed(event);
      case "attempt_deferred" -> ended(event, "deferred", false, Optional.empty());
      case "retry_scheduled" -> state = "waiting";
      case "requeued", "retried_by_hand" -> state = "queued";
      case "became_unplaceable" -> state = "unplaceable";
      case "given_up" -> {
        state = "failed";
        reason = event.path("failure").path("message").asText();
      }
      case "cancelled" -> cancelled(event);
      case "owners_joined" -> event.path("batch_ids").forEach(this::joined);
      case "raw_data_released" -> released.add(event.path("batch").asText());
      case "raw_data_discarded" -> discarded = true;
      case "priority_changed", "priority_wanted", "owner_informed" -> sequence = number;
      default -> broken.add(id + ": unexpected event " + type);
    }
  }

  private boolean mayFollowTheEnd(String type) {
    boolean retriable = !state.equals("succeeded");
    return NOTES.contains(type)
        || (retriable && NOTES_FOR_A_RETRY.contains(type))
        || (retriable && type.equals("retried_by_hand") && !isLetGo());
  }

  private void submitted(JsonNode spec) {
    state = "queued";
    kind = spec.path("kind").asText();
    survey = spec.path("survey_id").asText("");
    spec.path("batch_ids").forEach(this::joined);
  }

  private void joined(JsonNode batch) {
    if (discarded) {
      broken.add(id + ": " + batch.asText() + " joined it after its raw data was discarded");
    }
    owners.add(batch.asText());
    released.remove(batch.asText());
  }

  private void cancelled(JsonNode event) {
    if (!attempts.isEmpty() && !attempts.getLast().isOver()) {
      RecordedAttempt last = attempts.getLast();
      attempts.set(
          attempts.size() - 1,
          new RecordedAttempt(last.number(), last.node(), "cancelled", false, Optional.empty()));
    }
    state = "cancelled";
    reason = event.path("reason").asText();
  }

  /** True if no batch that it worked for needs it any more. */
  private boolean isLetGo() {
    return !owners.isEmpty() && released.containsAll(owners);
  }

  boolean isProcess() {
    return kind.equals("process");
  }

  /** True if it works for a survey or its batches; false if a person posted it. */
  boolean isOfSurvey() {
    return !survey.isEmpty() || !owners.isEmpty();
  }

  /** The survey, if it was submitted for one, and the batches that it ever worked for. */
  List<String> beneficiaries() {
    List<String> all = new ArrayList<>(owners);
    if (!survey.isEmpty()) {
      all.add(survey);
    }
    return all;
  }

  /**
   * Takes a failed attempt. A lost node may be charged to the job only if it ended as the attempt
   * began.
   */
  private void failed(JsonNode event) {
    String outcome = event.path("failure").path("class").asText();
    boolean charged = event.path("charged").asBoolean();
    if (outcome.equals("node_lost") && charged != endedAtStart) {
      broken.add(
          id + ": a lost node is charged though it did not end at the start, or not though it did");
    }
    endedAtStart = false;
    ended(event, outcome, charged, Optional.empty());
  }

  private void started(JsonNode event) {
    int number = event.path("attempt").asInt();
    if (!Set.of("queued", "unplaceable").contains(state)) {
      broken.add(id + ": attempt " + number + " started while the job was " + state);
    }
    if (isLetGo() || discarded) {
      broken.add(id + ": attempt " + number + " started though every batch had let the job go");
    }
    if (number != attempts.size() + 1) {
      broken.add(id + ": attempt " + number + " follows " + attempts.size());
    }
    attempts.add(RecordedAttempt.begun(number, event.path("node").asText()));
    state = "running";
  }

  private void ended(JsonNode event, String outcome, boolean charged, Optional<String> digest) {
    int number = event.path("attempt").asInt();
    if (number != attempts.size() || attempts.getLast().isOver()) {
      broken.add(id + ": the end of attempt " + number + " is not of the current attempt");
      return;
    }
    attempts.set(
        number - 1,
        new RecordedAttempt(number, attempts.getLast().node(), outcome, charged, digest));
  }

  private Optional<String> digest(JsonNode event) {
    List<String> digests = new ArrayList<>();
    for (JsonNode artifact : event.path("result").path("artifacts")) {
      if (artifact.path("name").asText().equals(RESULT)) {
        digests.add(artifact.path("sha256").asText());
      }
    }
    if (digests.size() != 1) {
      broken.add(id + ": " + RESULT + " is listed " + digests.size() + " times");
    }
    return digests.stream().findFirst();
  }

  String id() {
    return id;
  }

  String state() {
    return state;
  }

  /** Why it was given up or cancelled. */
  String reason() {
    return reason;
  }

  long sequence() {
    return sequence;
  }

  boolean isOver() {
    return TERMINAL.contains(state);
  }

  List<RecordedAttempt> attempts() {
    return List.copyOf(attempts);
  }

  List<String> broken() {
    return List.copyOf(broken);
  }
}
