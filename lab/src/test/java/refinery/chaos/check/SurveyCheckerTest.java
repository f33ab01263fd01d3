package refinery.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A survey of one run that is as it must be, and each way in which it is not. */
class SurveyCheckerTest {
  /** Of the text {@code right}. */
  private static final String DIGEST =
      "27042f4e6eca7d0b2a7ee4026df2ecfa51d3339e6d122aa099118ecd8563bad9";

  private static final String BATCH =
      "{'id':'b-1','key':'SRR1','state':'done','survey_ids':['s-1'],"
          + "'artifacts':[{'name':'result.txt','sha256':'"
          + DIGEST
          + "'}]}";

  @TempDir Path permanent;
  private final Map<String, List<JsonNode>> answers = new HashMap<>();
  private final SurveyJournals journals = new SurveyJournals();

  @BeforeEach
  void asItMustBe() throws IOException {
    Path object = permanent.resolve("objects/27/04/" + DIGEST);
    Files.createDirectories(object.getParent());
    Files.writeString(object, "right");
    survey("done", 1);
    batches(BATCH);
    journals.add("Survey", "s-1", claimed("b-1", 1, "queued"));
    journals.add("Survey", "s-1", claimed("b-1", 2, "done"));
    journals.add("Batch", "b-1", processed());
  }

  private void survey(String state, int done) {
    answers.put(
        "/surveys/s-1",
        List.of(json("{'state':'" + state + "','batches':{'total':1,'done':" + done + "}}")));
  }

  private void batches(String batch) {
    answers.put("/batches?survey_id=s-1", List.of(json(batch)));
    answers.put("/batches", List.of(json(batch)));
  }

  private static JsonNode claimed(String batch, int revision, String state) {
    return json(
        "{'type':'batch_claimed','batch':'%s','standing':{'revision':%d,'state':'%s'}}"
            .formatted(batch, revision, state));
  }

  private static JsonNode processed() {
    return json(
        "{'type':'processed','result':{'artifacts':[{'name':'result.txt','sha256':'"
            + DIGEST
            + "'}]}}");
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private List<String> violations() throws IOException {
    Api api =
        new Api() {
          @Override
          public JsonNode get(String path) {
            return answers.get(path).getFirst();
          }

          @Override
          public List<JsonNode> list(String path) {
            return answers.get(path);
          }
        };
    AskedSurvey asked = new AskedSurvey("s-1", Map.of("SRR1", DIGEST));
    return new SurveyChecker(List.of(asked), api, permanent).check(journals).violations();
  }

  private void says(String... words) throws IOException {
    assertThat(violations()).singleElement().asString().contains(words);
  }

  @Test
  void whatIsRightIsNotViolated() throws IOException {
    assertThat(violations()).isEmpty();
  }

  @Test
  void aSurveyThatIsNotDone() throws IOException {
    survey("cancelled", 1);
    says("s-1", "cancelled");
  }

  @Test
  void countsThatAreNotThoseOfTheBatches() throws IOException {
    survey("done", 0);
    says("counts");
  }

  @Test
  void aBatchThatIsNotDone() throws IOException {
    batches(BATCH.replace("'done'", "'processing'"));
    assertThat(violations()).anySatisfy(text -> assertThat(text).contains("b-1", "processing"));
  }

  @Test
  void aRunThatWasNotFound() throws IOException {
    batches(BATCH.replace("SRR1", "SRR2"));
    assertThat(violations()).anySatisfy(text -> assertThat(text).contains("does not know [SRR1]"));
  }

  @Test
  void aResultThatIsNotTheRuns() throws IOException {
    batches(BATCH.replace(DIGEST, "00".repeat(32)));
    assertThat(violations()).anySatisfy(text -> assertThat(text).contains("has the results"));
  }

  @Test
  void aResultThatIsNotInStorage() throws IOException {
    Files.writeString(permanent.resolve("objects/27/04/" + DIGEST), "wrong");
    says("b-1", "not in storage");
  }

  @Test
  void aSecondCurrentResult() throws IOException {
    journals.add("Batch", "b-1", processed());
    says("2 current results");
  }

  @Test
  void aSurveyThatHasNotHeardTheEnd() throws IOException {
    journals.add("Survey", "s-1", claimed("b-1", 3, "processing"));
    says("b-1=processing, is done");
  }

  @Test
  void aBatchOfASurveyThatNobodyPosted() throws IOException {
    batches(BATCH.replace("['s-1']", "['s-1','s-2']"));
    says("s-2", "nobody posted");
  }
}
