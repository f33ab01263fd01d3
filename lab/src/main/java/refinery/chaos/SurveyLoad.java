package refinery.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import refinery.chaos.ChaosCluster.Answer;
import refinery.client.Terminal;
import refinery.protocol.Json;

/**
 * Posts surveys and does to them what a person might do at any moment: cancels, retries,
 * reprioritises, reprocesses. Runs on one thread; read its results after that has ended.
 */
final class SurveyLoad implements Runnable {
  /**
   * The fraction of the time over which surveys are posted, so that the last ones also meet faults.
   */
  private static final double POSTING = 0.8;

  private static final Set<String> AT_WORK = Set.of("queued", "running", "waiting", "unplaceable");
  private static final Set<String> ENDED_BADLY = Set.of("failed", "cancelled");

  private final SurveyPlan plan;
  private final Caller caller;
  private final Random random;
  private final Duration over;
  private final CountDownLatch enough;
  private final long begin = System.nanoTime();
  private final Map<String, SurveyPlan.Wish> posted = new LinkedHashMap<>();
  private final Map<String, Intent> intents = new LinkedHashMap<>();
  private final Set<String> cancelledJobs = new HashSet<>();
  private final Map<Act.Kind, Integer> done = new EnumMap<>(Act.Kind.class);
  private final List<String> violations = new ArrayList<>();
  private int refusals;
  private int cancels;

  /**
   * @param over about the time over which surveys are posted
   * @param enough opened when nothing more is to be done
   */
  SurveyLoad(SurveyPlan plan, Caller caller, long seed, Duration over, CountDownLatch enough) {
    this.plan = plan;
    this.caller = caller;
    this.random = new Random(seed);
    this.over = over;
    this.enough = enough;
  }

  @Override
  public void run() {
    boolean goesOn = !plan.wishes().isEmpty();
    while (goesOn) {
      while (posted.size() < due()) {
        post();
      }
      Act act = Act.next(random);
      goesOn = !Terminal.pause(enough, act.pause());
      if (goesOn && !intents.isEmpty()) {
        perform(act);
      }
    }
    while (posted.size() < plan.wishes().size()) {
      post();
    }
    busiest().ifPresent(this::cancel);
  }

  private double due() {
    double past = (System.nanoTime() - begin) / (POSTING * over.toNanos());
    return Math.min(plan.wishes().size(), 1 + past * plan.wishes().size());
  }

  private void post() {
    int number = posted.size();
    SurveyPlan.Wish wish = plan.wishes().get(number);
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("source", "ena").put("pipeline", wish.pipeline()).put("priority", wish.priority());
    wish.accessions().forEach(body.putObject("parameters").putArray("accession")::add);
    Map<String, String> key = Map.of("Idempotency-Key", "chaos-survey-" + number);
    Answer answer = caller.insist("/surveys", body.toString(), key, () -> {});
    String id = answer.json().path("id").asText();
    if (answer.isGood()) {
      intents.put(id, new Intent(id, wish.priority()));
    } else {
      violations.add("survey " + number + " was refused: " + answer.text());
    }
    posted.put(answer.isGood() ? id : "survey " + number, wish);
  }

  private void perform(Act act) {
    List<String> ids = List.copyOf(intents.keySet());
    String survey = ids.get(act.survey() % ids.size());
    String priority = "{\"priority\":" + act.priority() + "}";
    boolean found =
        switch (act.kind()) {
          case CANCEL_SURVEY -> cancel(survey);
          case RETRY_SURVEY -> retry(survey);
          case CANCEL_AND_RETRY_SURVEY -> cancel(survey) && retry(survey);
          case REPRIORITISE_SURVEY -> reprioritise(survey, act.priority());
          case RETRY_BATCH -> batch(act, survey, ENDED_BADLY, "retry");
          case REPROCESS_BATCH -> batch(act, survey, Set.of("done"), "reprocess");
          case RELEASE_BATCH -> batch(act, survey, Set.of("failed"), "release");
          case CANCEL_JOB -> cancelJob(act, survey);
          case RETRY_JOB -> job(act, survey, ENDED_BADLY, "retry", "").isPresent();
          case REPRIORITISE_JOB -> job(act, survey, AT_WORK, "priority", priority).isPresent();
        };
    if (found) {
      done.merge(act.kind(), 1, Integer::sum);
    }
  }

  private boolean cancel(String survey) {
    Intent intent = intents.get(survey);
    while (true) {
      String reason = "chaos cancelled this survey, try " + cancels++;
      Optional<Answer> answer =
          caller.once(
              "/surveys/" + survey + "/cancel", "{\"reason\":\"" + reason + "\"}", Map.of());
      if (answer.isPresent()) {
        intent.cancelAnswered(good(survey, "cancel", answer.get()));
        return true;
      }
      intent.cancelUnanswered(reason);
    }
  }

  private boolean retry(String survey) {
    Intent intent = intents.get(survey);
    good(
        survey,
        "retry",
        caller.insist("/surveys/" + survey + "/retry", "", Map.of(), intent::retryUnanswered));
    intent.retryAnswered();
    return true;
  }

  private boolean reprioritise(String survey, int priority) {
    Intent intent = intents.get(survey);
    String body = "{\"priority\":" + priority + "}";
    Runnable unanswered = () -> intent.priorityUnanswered(priority);
    good(
        survey,
        "priority",
        caller.insist("/surveys/" + survey + "/priority", body, Map.of(), unanswered));
    intent.priorityAnswered(priority);
    return true;
  }

  private JsonNode good(String survey, String act, Answer answer) {
    if (!answer.isGood()) {
      violations.add(survey + ": " + act + " was answered " + answer.text());
    }
    return answer.json();
  }

  private boolean batch(Act act, String survey, Set<String> states, String action) {
    return part("batches", act, survey, states, action, "").isPresent();
  }

  private Optional<String> job(
      Act act, String survey, Set<String> states, String action, String body) {
    return part("jobs", act, survey, states, action, body);
  }

  private boolean cancelJob(Act act, String survey) {
    String reason = "{\"reason\":\"chaos cancelled this job, try " + cancels++ + "\"}";
    Optional<String> cancelled = job(act, survey, AT_WORK, "cancel", reason);
    cancelled.ifPresent(cancelledJobs::add);
    return cancelled.isPresent();
  }

  /**
   * Acts on one of a survey's batches or jobs that is in one of these states, and returns its id;
   * empty if there is none.
   */
  private Optional<String> part(
      String list, Act act, String survey, Set<String> states, String action, String body) {
    List<String> ids =
        caller.list("/" + list + "?survey_id=" + survey).stream()
            .filter(item -> states.contains(item.path("state").asText()))
            .map(item -> item.path("id").asText())
            .sorted()
            .toList();
    if (ids.isEmpty()) {
      return Optional.empty();
    }
    String id = ids.get(act.pick() % ids.size());
    Answer answer = caller.insist("/" + list + "/" + id + "/" + action, body, Map.of(), () -> {});
    if (answer.status() == 409) {
      refusals++;
    } else {
      good(id, action, answer);
    }
    return Optional.of(id);
  }

  /**
   * The survey with the most unfinished batches; it is cancelled last, so that one is left
   * cancelled midway.
   */
  private Optional<String> busiest() {
    Map<String, Integer> busy = new LinkedHashMap<>();
    for (String survey : intents.keySet()) {
      JsonNode batches = caller.get("/surveys/" + survey).path("batches");
      int idle = 0;
      for (String state : List.of("done", "failed", "cancelled")) {
        idle += batches.path(state).asInt();
      }
      busy.put(survey, batches.path("total").asInt() - idle);
    }
    return busy.entrySet().stream()
        .max(Comparator.comparingInt(Map.Entry::getValue))
        .map(Map.Entry::getKey);
  }

  /** What each posted survey must find and process, by its id. */
  Map<String, SurveyPlan.Wish> posted() {
    return posted;
  }

  Map<String, Intent> intents() {
    return intents;
  }

  /** Jobs that were cancelled; their batches, or the survey, may have failed because of that. */
  Set<String> cancelledJobs() {
    return cancelledJobs;
  }

  void retryAll() {
    intents.keySet().forEach(this::retry);
  }

  List<String> violations() {
    return violations;
  }

  Map<String, Integer> tally() {
    Map<String, Integer> tally = new LinkedHashMap<>();
    tally.put("surveys posted", posted.size());
    done.forEach((kind, count) -> tally.put("  " + kind.words(), count));
    tally.put("  of these, refused for their state", refusals);
    tally.put("  repeated for want of an answer", caller.repeats());
    return tally;
  }
}
