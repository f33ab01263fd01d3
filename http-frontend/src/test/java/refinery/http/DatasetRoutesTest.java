package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchState;
import refinery.protocol.dataset.DatasetFiles;
import refinery.protocol.survey.SurveyCommand;

class DatasetRoutesTest {
  private static final String REQUEST = "{\"samples\": [\"SRR1\", \"SRR2\"]}";
  private static final String ONE = "/api/v1/datasets/" + FakeDatasets.ID;
  private TestNode node;

  @BeforeEach
  void start() throws Exception {
    node = new TestNode("");
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
  }

  private JsonNode posted(int status) throws Exception {
    HttpResponse<String> response = node.post("/api/v1/datasets", REQUEST);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Location")).contains(ONE);
    return TestNode.json(response);
  }

  /** The batch of the dataset, as its survey would have made it. */
  private void batch(BatchState state) throws Exception {
    node.rows.batches.put(FakeDatasets.ID.batch(), Samples.dataset(FakeDatasets.ID, state));
  }

  @Test
  void aRequestIsADatasetThatASurveyMakes() throws Exception {
    JsonNode view = posted(201);
    assertThat(view.path("id").asText()).isEqualTo(FakeDatasets.ID.value());
    assertThat(view.path("state").asText()).isEqualTo("queued");
    assertThat(view.path("samples").path("dropped").asInt()).isEqualTo(1);
    assertThat(view.path("dropped").path(0).path("reason").asText()).contains("queued");
    assertThat(view.path("request").path("level").asText()).isEqualTo("gene");
    assertThat(node.commands())
        .singleElement()
        .isInstanceOfSatisfying(
            SurveyCommand.Create.class,
            create -> {
              assertThat(create.request().source()).isEqualTo("dataset");
              assertThat(create.request().parameters().path(DatasetFiles.PLAN_DIGEST).asText())
                  .isEqualTo(FakeDatasets.PLAN);
            });
    assertThat(TestNode.json(node.get(ONE))).isEqualTo(view);
  }

  @Test
  void theSameRequestAnswersAtOnceAndTakesUpWhatFailed() throws Exception {
    batch(BatchState.DONE);
    assertThat(posted(200).path("state").asText()).isEqualTo("done");
    assertThat(node.commands()).isEmpty();
    batch(BatchState.FAILED);
    posted(200);
    assertThat(node.commands()).singleElement().isInstanceOf(BatchCommand.Retry.class);
  }

  @Test
  void whatIsWrongOrCannotBeDoneIsSaid() throws Exception {
    HttpResponse<String> wrong = node.post("/api/v1/datasets", "{\"level\": \"exon\"}");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(TestNode.json(wrong).path("errors").findValuesAsText("pointer"))
        .containsExactlyInAnyOrder("/survey_id", "/level");
    HttpResponse<String> none = node.post("/api/v1/datasets", "{\"samples\": [\"none\"]}");
    assertThat(none.statusCode()).isEqualTo(409);
    assertThat(none.body()).contains("\"/samples\"", "none of the 1 samples");
    assertThat(node.get("/api/v1/datasets/dataset-x").statusCode()).isEqualTo(404);
    batch(BatchState.PROCESSING);
    assertThat(node.get(ONE + "/archive").statusCode()).isEqualTo(409);
  }

  @Test
  void samplesComeInPages() throws Exception {
    batch(BatchState.DONE);
    JsonNode first = TestNode.json(node.get(ONE + "/samples?limit=1"));
    assertThat(first.path("items").path(0).path("state").asText()).isEqualTo("dropped");
    JsonNode second =
        TestNode.json(node.get(ONE + "/samples?cursor=" + first.path("next").asText()));
    assertThat(second.path("items").path(0).path("sample").asText()).isEqualTo("SRR1");
    assertThat(second.path("next").isNull()).isTrue();
    assertThat(node.get(ONE + "/samples?cursor=*").statusCode()).isEqualTo(400);
    assertThat(TestNode.json(node.get("/api/v1/datasets")).path("items").findValuesAsText("id"))
        .containsExactly(FakeDatasets.ID.value());
  }

  @Test
  void aSliceIsJsonOrATableAndAbsentIsNotZero() throws Exception {
    batch(BatchState.DONE);
    JsonNode json = TestNode.json(node.get(ONE + "/slice?genes=g1,g2&value=tpm"));
    assertThat(json.path("samples").toString()).isEqualTo("[\"SRR1\",\"SRR3\"]");
    assertThat(json.path("genes").path(0).toString())
        .isEqualTo("{\"id\":\"g1\",\"values\":[3.0,null]}");
    assertThat(node.get(ONE + "/slice?genes=g1&samples=SRR3&format=tsv").body())
        .isEqualTo("id\tSRR1\tSRR3\ng1\t3\tNA\n");
    assertThat(node.datasets.questions.getLast().stores()).containsExactly("d".repeat(64));
    assertThat(node.datasets.questions.getLast().samples()).containsExactly("SRR3");
    for (Map.Entry<String, String> bad :
        Map.of(
                "", "?genes",
                "genes=unknown", "no unknown",
                "genes=g1&value=fpkm", "?value",
                "genes=g1&samples=SRR9", "no SRR9",
                "genes=g1&format=xml", "?format")
            .entrySet()) {
      HttpResponse<String> response = node.get(ONE + "/slice?" + bad.getKey());
      assertThat(response.statusCode()).as(bad.getKey()).isEqualTo(400);
      assertThat(response.body()).contains(bad.getValue());
    }
  }

  @Test
  void aFormatThatNobodyAskedForIsMadeWhenItIsDownloaded() throws Exception {
    batch(BatchState.DONE);
    String parquet = ONE + "/archive?formats=parquet,tsv.gz";
    HttpResponse<String> first = node.get(parquet);
    assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
    assertThat(first.headers().firstValue("Retry-After")).isPresent();
    assertThat(node.commands()).singleElement().isInstanceOf(SurveyCommand.Create.class);
    node.rows.batches.put(
        FakeDatasets.RENDERED.batch(),
        Samples.dataset(FakeDatasets.RENDERED, BatchState.PROCESSING));
    assertThat(node.get(parquet).statusCode()).isEqualTo(202);
    node.rows.batches.put(
        FakeDatasets.RENDERED.batch(), Samples.dataset(FakeDatasets.RENDERED, BatchState.DONE));
    assertThat(node.get(parquet).statusCode()).isEqualTo(200);
    assertThat(node.get(ONE + "/archive?formats=tsv.gz").statusCode()).isEqualTo(200);
    assertThat(node.get(ONE + "/archive?formats=xls").statusCode()).isEqualTo(400);
    assertThat(node.commands()).hasSize(1);
  }

  @Test
  void theArchiveHoldsEveryFileUnderItsName() throws Exception {
    batch(BatchState.DONE);
    HttpResponse<byte[]> response =
        node.client.send(node.request(ONE + "/archive").GET().build(), BodyHandlers.ofByteArray());
    assertThat(response.headers().firstValue("Content-Disposition").orElse(""))
        .contains("dataset-one.zip");
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(response.body()))) {
      assertThat(zip.getNextEntry().getName()).isEqualTo("counts/matrix.mtx.gz");
      assertThat(zip.readAllBytes()).hasSize(10);
      assertThat(zip.getNextEntry()).as("the store is not for people").isNull();
    }
  }
}
