package refinery.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.job.JobEvent;
import refinery.protocol.schedule.ScheduleEvent;
import refinery.protocol.survey.SurveyEvent;

/**
 * Journals live longer than code. {@code events/*.json} holds examples of every event as it was
 * first stored; they are never changed, only added to. Each must still be read, and everything it
 * said must still be said when it is written again.
 */
class StoredEventsTest {
  static Stream<Class<?>> kinds() {
    return Stream.of(JobEvent.class, BatchEvent.class, SurveyEvent.class, ScheduleEvent.class);
  }

  private static ArrayNode stored(Class<?> kind) throws Exception {
    String name = "/events/" + kind.getSimpleName() + ".v1.json";
    try (InputStream in = StoredEventsTest.class.getResourceAsStream(name)) {
      return (ArrayNode) Json.MAPPER.readTree(in);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyStoredEventIsStillRead(Class<?> kind) throws Exception {
    for (JsonNode example : stored(kind)) {
      Object event = Json.MAPPER.treeToValue(example, kind);
      JsonNode again = Json.MAPPER.readTree(Json.MAPPER.writeValueAsString(event));
      assertIncludes(again, example, example.path("type").asText());
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyEventHasAStoredExample(Class<?> kind) throws Exception {
    List<String> declared =
        Arrays.stream(kind.getAnnotation(JsonSubTypes.class).value())
            .map(JsonSubTypes.Type::name)
            .toList();
    TreeSet<String> examples = new TreeSet<>();
    stored(kind).forEach(example -> examples.add(example.path("type").asText()));
    assertThat(examples).containsAll(declared);
    assertThat(declared).hasSize(kind.getPermittedSubclasses().length);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void anEventOfANewerVersionIsReadWithoutWhatWeDoNotKnow(Class<?> kind) throws Exception {
    for (JsonNode example : stored(kind)) {
      ObjectNode newer = example.deepCopy();
      newer.put("added_later", "x");
      assertThat(Json.MAPPER.treeToValue(newer, kind))
          .isEqualTo(Json.MAPPER.treeToValue(example, kind));
    }
  }

  /** What an event did not say when it was stored is empty, never missing. */
  @ParameterizedTest
  @MethodSource("kinds")
  void nothingThatIsReadIsNull(Class<?> kind) throws Exception {
    for (JsonNode example : stored(kind)) {
      Object event = Json.MAPPER.treeToValue(example, kind);
      for (RecordComponent part : event.getClass().getRecordComponents()) {
        assertThat(part.getAccessor().invoke(event)).as("%s %s", event, part.getName()).isNotNull();
      }
    }
  }

  private static void assertIncludes(JsonNode actual, JsonNode expected, String path) {
    if (expected.isObject()) {
      expected
          .properties()
          .forEach(
              field ->
                  assertIncludes(
                      actual.path(field.getKey()), field.getValue(), path + "/" + field.getKey()));
    } else if (expected.isArray()) {
      assertThat(actual.size()).as(path).isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        assertIncludes(actual.get(i), expected.get(i), path + "/" + i);
      }
    } else {
      assertThat(actual).as(path).isEqualTo(expected);
    }
  }
}
