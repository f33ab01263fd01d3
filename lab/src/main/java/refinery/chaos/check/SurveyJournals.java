package refinery.chaos.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The stored events of surveys and batches, folded by rules that are independent of the engine. */
final class SurveyJournals {
  private final ObjectMapper json = new ObjectMapper();

  /** The last state that each survey knows, by survey and batch. */
  private final Map<String, Map<String, Heard>> heard = new TreeMap<>();

  private final Map<String, Results> results = new HashMap<>();

  /** A batch's state as a survey keeps it. */
  record Heard(long revision, String state) {}

  /**
   * @param since results since the batch was last begun anew
   * @param digest of the last result
   * @param anew how often the batch was begun anew
   */
  record Results(int since, String digest, int anew) {}

  static SurveyJournals read(Connection database) throws SQLException, IOException {
    SurveyJournals journals = new SurveyJournals();
    try (Statement statement = database.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select persistence_id, event_payload from event_journal"
                    + " where persistence_id like 'Survey|%' or persistence_id like 'Batch|%'"
                    + " order by persistence_id, sequence_number")) {
      while (rows.next()) {
        String[] entity = rows.getString(1).split("\\|", 2);
        String event = new String(rows.getBytes(2), StandardCharsets.UTF_8);
        journals.add(entity[0], entity[1], journals.json.readTree(event));
      }
    }
    return journals;
  }

  void add(String type, String id, JsonNode event) {
    if (type.equals("Survey")) {
      survey(id, event);
    } else {
      batch(id, event);
    }
  }

  private void survey(String id, JsonNode event) {
    switch (event.path("type").asText()) {
      case "batch_claimed", "batch_updated" -> {
        JsonNode standing = event.path("standing");
        Heard news = new Heard(standing.path("revision").asLong(), standing.path("state").asText());
        heard
            .computeIfAbsent(id, survey -> new HashMap<>())
            .merge(
                event.path("batch").asText(),
                news,
                (old, now) -> old.revision() < now.revision() ? now : old);
      }
      default -> heard.computeIfAbsent(id, survey -> new HashMap<>());
    }
  }

  private void batch(String id, JsonNode event) {
    Results before = results.getOrDefault(id, new Results(0, "", 0));
    switch (event.path("type").asText()) {
      case "processed" -> {
        String digest = before.digest();
        for (JsonNode artifact : event.path("result").path("artifacts")) {
          if (artifact.path("name").asText().equals("result.txt")) {
            digest = artifact.path("sha256").asText();
          }
        }
        results.put(id, new Results(before.since() + 1, digest, before.anew()));
      }
      case "reprocess_requested" -> results.put(id, new Results(0, "", before.anew() + 1));
      default -> results.put(id, before);
    }
  }

  /** The states of its batches that a survey knows. */
  Map<String, Heard> heard(String survey) {
    return heard.getOrDefault(survey, Map.of());
  }

  Results results(String batch) {
    return results.getOrDefault(batch, new Results(0, "", 0));
  }
}
