package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.Actor;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.job.JobCommand;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.survey.SurveyCommand;

/** Whoever sends a request is named in the command that it causes. */
class ActorsTest {
  private static final String SECRET = "a-secret-of-ann";
  private static TestNode node;
  private static String survey;

  @BeforeAll
  static void start() throws Exception {
    byte[] digest = java.security.MessageDigest.getInstance("SHA-256").digest(SECRET.getBytes());
    node =
        new TestNode(
            "refinery.http.auth.tokens = [{name = ann, sha256 = %s}, another-secret]"
                .formatted(HexFormat.of().formatHex(digest)));
    survey =
        TestNode.json(
                send(
                    SECRET, "surveys", "{\"source\":\"ena\",\"parameters\":{\"accession\":\"X\"}}"))
            .path("id")
            .asText();
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  private static HttpResponse<String> send(String token, String path, String body)
      throws Exception {
    return node.send(
        node.request("/api/v1/" + path)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          jobs                        | JobCommand.Submit          | {"pipeline":"command","command":["/bin/true"]}
          surveys/SURVEY/cancel       | SurveyCommand.Cancel       | {}
          surveys/SURVEY/retry        | SurveyCommand.Retry        | {}
          surveys/SURVEY/priority     | SurveyCommand.SetPriority  | {"priority":7}
          batches/batch-one/retry     | BatchCommand.Retry         | {}
          batches/batch-one/cancel    | BatchCommand.Cancel        | {"reason":"why"}
          batches/batch-one/reprocess | BatchCommand.Reprocess     | {}
          batches/batch-one/release   | BatchCommand.LetRawDataGo  | {}
          jobs/job-runs/cancel        | JobCommand.Cancel          | {}
          jobs/job-failed/retry       | JobCommand.Retry           | {}
          jobs/job-runs/priority      | JobCommand.SetPriority     | {"priority":7}
          nodes/node-a/drain          | SchedulerCommand.Drain     | {}
          nodes/node-a/undrain        | SchedulerCommand.Undrain   | {}
          """)
  void everyPathIsItsCommandAndNamesTheTokenThatItCameWith(String path, String command, String body)
      throws Exception {
    HttpResponse<String> response = send(SECRET, path.replace("SURVEY", survey), body);
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 201);
    assertThat(node.commands().getLast().getClass().getCanonicalName()).endsWith("." + command);
    assertThat(actor(node.commands().getLast())).contains(new Actor("ann"));
    assertThat(send("another-secret", path.replace("SURVEY", survey), body).statusCode())
        .isBetween(200, 201);
    assertThat(actor(node.commands().getLast())).contains(new Actor("token-2"));
  }

  @Test
  void whyABatchIsCancelledIsToldToIt() throws Exception {
    send(SECRET, "batches/batch-one/cancel", "{\"reason\":\"not ours\"}");
    assertThat(node.commands().getLast())
        .isInstanceOfSatisfying(
            BatchCommand.Cancel.class, cancel -> assertThat(cancel.reason()).isEqualTo("not ours"));
    assertThat(send(SECRET, "batches/batch-one/cancel", "{\"why\":\"x\"}").statusCode())
        .isEqualTo(400);
  }

  @Test
  void whoPostedASurveyIsKept() {
    assertThat(node.commands().getFirst())
        .isInstanceOfSatisfying(
            SurveyCommand.Create.class,
            create -> assertThat(create.actor()).contains(new Actor("ann")));
  }

  private static Optional<Actor> actor(Object command) {
    return switch (command) {
      case SurveyCommand.Cancel cancel -> cancel.actor();
      case SurveyCommand.Retry retry -> retry.actor();
      case SurveyCommand.SetPriority priority -> priority.actor();
      case BatchCommand.Retry retry -> retry.actor();
      case BatchCommand.Reprocess reprocess -> reprocess.actor();
      case BatchCommand.Cancel cancel -> cancel.actor();
      case BatchCommand.LetRawDataGo release -> release.actor();
      case JobCommand.Submit submit -> submit.actor();
      case JobCommand.Cancel cancel -> cancel.actor();
      case JobCommand.Retry retry -> retry.actor();
      case JobCommand.SetPriority priority -> priority.actor();
      case SchedulerCommand.Drain drain -> drain.actor();
      case SchedulerCommand.Undrain undrain -> undrain.actor();
      default -> throw new AssertionError("not a person's command: " + command);
    };
  }
}
