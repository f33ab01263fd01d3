package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.protocol.NodeId;
import refinery.protocol.query.JobView.AttemptView;

/** Nodes, hosts, the cluster and timetables, over fakes. */
class NodeRoutesTest {
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode("");
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  private static JsonNode get(String path) throws Exception {
    return TestNode.json(node.get(path));
  }

  @Test
  void nodesComeWithTheirJobsOnlyWhenAsked() throws Exception {
    assertThat(get("/api/v1/nodes").at("/items/0").has("jobs")).isFalse();
    JsonNode job = get("/api/v1/nodes?jobs=true").at("/items/0/jobs/0");
    assertThat(job.path("job").asText()).isEqualTo("job-runs");
    assertThat(job.at("/reserved/cpu").asInt()).isEqualTo(1000);
    assertThat(job.at("/used/memory").asInt()).isEqualTo(3);
    assertThat(node.get("/api/v1/nodes?jobs=maybe").statusCode()).isEqualTo(400);
  }

  @Test
  void aPreviewSaysWhatIsLostAgainstTheUsualTime() throws Exception {
    JsonNode preview = get("/api/v1/nodes/node-a/drain-preview");
    JsonNode job = preview.at("/jobs/0");
    assertThat(job.path("goes_to").asText()).isEqualTo("node-b");
    assertThat(job.path("kind").asText()).isNotEmpty();
    assertThat(job.path("loses_seconds").asDouble()).isEqualTo(90);
    assertThat(preview.path("loses_seconds").asDouble())
        .isEqualTo(job.path("loses_seconds").asDouble());
    assertThat(node.get("/api/v1/nodes/node-z/drain-preview").statusCode()).isEqualTo(404);
  }

  @Test
  void theUsualTimeIsTheMedianOfLastAttempts() {
    List<AttemptView> done =
        Stream.of(5, 90, 7).map(seconds -> attempt(Optional.of(seconds))).toList();
    assertThat(DrainPreviews.median(done)).contains(Duration.ofSeconds(7));
    assertThat(DrainPreviews.median(List.of(attempt(Optional.empty())))).isEmpty();
  }

  private static AttemptView attempt(Optional<Integer> seconds) {
    return new AttemptView(
        1, NodeId.of("node-a"), Samples.AT, seconds.map(Samples.AT::plusSeconds), "", "", 0, 0);
  }

  @Test
  void hostsAreListedByNameAndArchive() throws Exception {
    assertThat(get("/api/v1/hosts").path("items")).hasSize(2);
    assertThat(get("/api/v1/hosts?archive=ncbi").at("/items/0/host").asText())
        .isEqualTo("b.example:443");
    JsonNode first = get("/api/v1/hosts?limit=1");
    assertThat(first.path("next").asText()).isEqualTo("a.example:443");
    JsonNode rest = get("/api/v1/hosts?limit=1&cursor=a.example:443");
    assertThat(rest.at("/items/0/host").asText()).isEqualTo("b.example:443");
    assertThat(rest.path("next").isNull()).isTrue();
  }

  @Test
  void theClusterNamesPlacesAndWhatIsStillRecovering() throws Exception {
    JsonNode cluster = get("/api/v1/cluster");
    assertThat(cluster.at("/members/0/node").asText()).isEqualTo("node-a");
    assertThat(cluster.at("/members/0/singletons/0").asText()).isEqualTo("scheduler");
    assertThat(cluster.at("/singletons/0/node").asText()).isEqualTo("node-a");
    assertThat(cluster.at("/recovery/in_progress").asBoolean()).isTrue();
    assertThat(cluster.at("/recovery/reasons"))
        .extracting(JsonNode::asText)
        .containsExactly(
            "akka://refinery@127.0.0.1:1 is joining", "no answer where the shards of survey lie");
    for (JsonNode kind : cluster.path("shards")) {
      boolean survey = kind.path("type").asText().equals("survey");
      assertThat(kind.path("answered").asBoolean()).isEqualTo(!survey);
      assertThat(kind.path("entities").asInt()).isEqualTo(survey ? 0 : 7);
    }
  }

  @Test
  void theNextTimesOfACronExpressionAreShown() throws Exception {
    assertThat(get("/api/v1/timetable?cron=*%20*%20*%20*%20*&count=3").path("times")).hasSize(3);
    JsonNode wrong = get("/api/v1/timetable?cron=61%20*%20*%20*%20*&timezone=x");
    assertThat(wrong.path("status").asInt()).isEqualTo(400);
    assertThat(wrong.path("errors"))
        .extracting(error -> error.path("pointer").asText())
        .containsExactly("?cron", "?timezone");
    assertThat(node.get("/api/v1/timetable?cron=a&count=100").statusCode()).isEqualTo(400);
  }
}
