package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import refinery.protocol.BatchId;
import refinery.protocol.Json;
import refinery.protocol.query.BatchView;

/** The summary of the event stream, over HTTP. */
class SummaryFeedTest {
  @Test
  void manyReadersGetOneMessageOfWhatChangedAndWhoComesBackMissesNothing() throws Exception {
    try (TestNode node = new TestNode("refinery.http.events.heartbeat = 10s")) {
      try (Reader one = new Reader(node, "");
          Reader two = new Reader(node, "")) {
        node.record(6);
        node.record(7);
        assertThat(ids(one.until(7))).containsOnly("job-done");
        two.until(7);
        node.record(8, "batch-one");
        JsonNode ofSurvey = one.until(8).getLast();
        assertThat(ofSurvey.at("/surveys/0").asText()).isEqualTo("survey-one");
        assertThat(ofSurvey.path("surveys").size()).isEqualTo(1);
        for (int ordering = 9; ordering < 250; ordering++) {
          node.record(ordering, "job-" + ordering);
        }
        JsonNode last = one.until(249).getLast();
        assertThat(last.path("changed").size()).isLessThanOrEqualTo(SummaryFeed.MOST_IDS);
      }
      try (Reader back = new Reader(node, "7")) {
        List<JsonNode> replayed = back.until(249);
        assertThat(
                replayed.stream().anyMatch(each -> each.path("more").asBoolean())
                    || ids(replayed).contains("job-9"))
            .as("either every id or that there were more")
            .isTrue();
      }
      try (Reader late = new Reader(node, "1")) {
        JsonNode told = late.until(249).get(1);
        assertThat(told.path("more").asBoolean()).as("nobody looked then").isTrue();
      }
    }
  }

  @Test
  void aBatchOfMoreSurveysThanAMessageHoldsLeavesReadersOfOtherThingsAlone() throws Exception {
    try (TestNode node = new TestNode("refinery.http.events.heartbeat = 10s");
        Reader reader = new Reader(node, "")) {
      ObjectNode view = Json.MAPPER.valueToTree(node.rows.batches.get(new BatchId("batch-one")));
      ArrayNode surveys = view.put("id", "batch-many").putArray("survey_ids");
      IntStream.rangeClosed(0, SummaryFeed.MOST_IDS).forEach(i -> surveys.add("survey-" + i));
      BatchView many = Json.MAPPER.treeToValue(view, BatchView.class);
      node.rows.batches.put(many.id(), many);
      node.record(6, "batch-many");
      JsonNode told = reader.until(6).getLast();
      assertThat(ids(List.of(told))).containsExactly("batch-many");
      assertThat(told.path("more").asBoolean(true)).isFalse();
      assertThat(told.path("more_surveys").asBoolean()).isTrue();
      assertThat(told.path("surveys").size()).isEqualTo(SummaryFeed.MOST_IDS);
    }
  }

  @Test
  void eachSilenceEndsWithAMessageThatAPageCanSee() throws Exception {
    try (TestNode node = new TestNode("");
        Reader reader = new Reader(node, "")) {
      long cursor = reader.until(0).getFirst().path("cursor").asLong();
      String line = reader.lines.readLine() + reader.lines.readLine();
      assertThat(line).startsWith("data: ");
      JsonNode beat = Json.MAPPER.readTree(line.substring(6));
      assertThat(beat.path("cursor").asLong()).isEqualTo(cursor);
      assertThat(beat.path("events").asInt(-1)).isZero();
      assertThat(beat.path("changed").size()).isZero();
      assertThat(beat.path("heartbeat_seconds").asDouble()).isEqualTo(0.2);
    }
  }

  @Test
  void onlyTrueAndFalseAreTaken() throws Exception {
    try (TestNode node = new TestNode("")) {
      assertThat(node.get("/api/v1/events?summary=1").statusCode()).isEqualTo(400);
    }
  }

  private static List<String> ids(List<JsonNode> messages) {
    List<String> ids = new ArrayList<>();
    messages.forEach(message -> message.path("changed").forEach(id -> ids.add(id.asText())));
    return ids;
  }

  private static final class Reader implements AutoCloseable {
    private final InputStream in;
    private final BufferedReader lines;

    Reader(TestNode node, String after) throws Exception {
      var request = node.request("/api/v1/events?summary=true").header("Last-Event-ID", after);
      in = node.client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()).body();
      lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      lines.readLine();
    }

    /** Messages until one with this cursor. */
    List<JsonNode> until(long cursor) throws Exception {
      List<JsonNode> all = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data: ")) {
          all.add(Json.MAPPER.readTree(line.substring(6)));
          if (all.getLast().path("cursor").asLong() >= cursor) {
            return all;
          }
        }
      }
      throw new AssertionError("the stream ended after " + all);
    }

    @Override
    public void close() throws Exception {
      in.close();
    }
  }
}
