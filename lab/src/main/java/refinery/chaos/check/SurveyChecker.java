package refinery.chaos.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares what surveys must have found and processed with the API, the journal and the storage.
 * For one use, when everything has come to rest and every survey is done.
 */
public final class SurveyChecker {
  private static final String RESULT = "result.txt";

  private final List<AskedSurvey> asked;
  private final Api api;
  private final Permanent permanent;
  private final List<String> violations = new ArrayList<>();
  private final Map<String, JsonNode> batches = new TreeMap<>();

  /**
   * @param permanent the shared directory of permanent storage
   */
  public SurveyChecker(List<AskedSurvey> asked, Api api, Path permanent) {
    this.asked = List.copyOf(asked);
    this.api = api;
    this.permanent = new Permanent(permanent);
  }

  public Verdict check(Connection database) throws IOException, SQLException {
    return check(SurveyJournals.read(database));
  }

  Verdict check(SurveyJournals journals) throws IOException {
    for (AskedSurvey survey : asked) {
      checkSurvey(survey, journals);
    }
    for (Map.Entry<String, JsonNode> batch : batches.entrySet()) {
      checkOwners(batch.getKey(), batch.getValue());
      checkArtifacts(batch.getKey(), batch.getValue(), journals.results(batch.getKey()));
    }
    int all = api.list("/batches").size();
    if (all != batches.size()) {
      violations.add(all + " batches are listed, but surveys have " + batches.size());
    }
    Map<String, Long> tally = new LinkedHashMap<>();
    tally.put("batches of surveys", (long) batches.size());
    tally.put(
        "batches begun anew",
        batches.keySet().stream().mapToLong(id -> journals.results(id).anew()).sum());
    return new Verdict(violations, tally);
  }

  private void checkSurvey(AskedSurvey survey, SurveyJournals journals) {
    JsonNode view = api.get("/surveys/" + survey.id());
    if (!view.path("state").asText().equals("done")) {
      violations.add(survey.id() + ": ended " + view.path("state") + " " + view.path("reason"));
    }
    Set<String> runs = new TreeSet<>();
    Map<String, Integer> states = new TreeMap<>();
    Map<String, String> stands = new TreeMap<>();
    for (JsonNode batch : api.list("/batches?survey_id=" + survey.id())) {
      String id = batch.path("id").asText();
      String run = batch.path("key").asText();
      String state = batch.path("state").asText();
      if (!runs.add(run)) {
        violations.add(survey.id() + ": has " + run + " twice");
      }
      if (!state.equals("done")) {
        violations.add(id + " of " + survey.id() + ": is " + state + ": " + batch.path("reason"));
      }
      states.merge(state, 1, Integer::sum);
      stands.put(id, state);
      batches.put(id, batch);
      checkResult(survey, run, batch);
    }
    checkFound(survey, runs);
    checkCounts(survey, view.path("batches"), states);
    Map<String, String> known = new TreeMap<>();
    journals.heard(survey.id()).forEach((id, heard) -> known.put(id, heard.state()));
    if (!known.equals(stands)) {
      violations.add(
          survey.id()
              + ": the survey's events know other batches or states than there are: "
              + difference(known, stands));
    }
  }

  private static Map<String, String> difference(
      Map<String, String> one, Map<String, String> other) {
    Map<String, String> differ = new TreeMap<>();
    one.forEach(
        (id, state) -> differ.put(id, state + ", is " + other.getOrDefault(id, "not there")));
    other.forEach((id, state) -> differ.merge(id, "unknown, is " + state, (known, is) -> known));
    differ.keySet().removeIf(id -> one.getOrDefault(id, "").equals(other.getOrDefault(id, "")));
    return differ;
  }

  private void checkFound(AskedSurvey survey, Set<String> runs) {
    Set<String> missing = new TreeSet<>(survey.results().keySet());
    missing.removeAll(runs);
    Set<String> more = new TreeSet<>(runs);
    more.removeAll(survey.results().keySet());
    if (!missing.isEmpty() || !more.isEmpty()) {
      violations.add(survey.id() + ": does not know " + missing + ", knows also " + more);
    }
  }

  private void checkCounts(AskedSurvey survey, JsonNode counts, Map<String, Integer> states) {
    int total = states.values().stream().mapToInt(Integer::intValue).sum();
    boolean right = counts.path("total").asInt() == total;
    for (Map.Entry<String, Integer> state : states.entrySet()) {
      right &= counts.path(state.getKey()).asInt() == state.getValue();
    }
    if (!right) {
      violations.add(survey.id() + ": counts " + counts + ", has " + states);
    }
  }

  private void checkResult(AskedSurvey survey, String run, JsonNode batch) {
    List<String> digests = new ArrayList<>();
    for (JsonNode artifact : batch.path("artifacts")) {
      if (artifact.path("name").asText().equals(RESULT)) {
        digests.add(artifact.path("sha256").asText());
      }
    }
    String due = survey.results().getOrDefault(run, "none");
    if (!digests.equals(List.of(due))) {
      violations.add(
          batch.path("id").asText() + ", " + run + ": has the results " + digests + ", not " + due);
    }
  }

  private void checkOwners(String id, JsonNode batch) {
    for (JsonNode survey : batch.path("survey_ids")) {
      if (asked.stream().noneMatch(each -> each.id().equals(survey.asText()))) {
        violations.add(id + ": belongs to " + survey.asText() + ", which nobody posted");
      }
    }
  }

  private void checkArtifacts(String id, JsonNode batch, SurveyJournals.Results results)
      throws IOException {
    if (results.since() != 1) {
      violations.add(id + ": has " + results.since() + " current results, not 1");
    }
    for (JsonNode artifact : batch.path("artifacts")) {
      String digest = artifact.path("sha256").asText();
      if (permanent.text(digest).isEmpty()) {
        violations.add(id + ": " + artifact.path("name") + " " + digest + " is not in storage");
      }
      boolean other =
          artifact.path("name").asText().equals(RESULT) && !digest.equals(results.digest());
      if (other) {
        violations.add(id + ": shows the result " + digest + ", took in " + results.digest());
      }
    }
  }
}
