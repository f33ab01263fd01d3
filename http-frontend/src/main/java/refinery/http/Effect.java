package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import refinery.http.forecast.Forecast;
import refinery.protocol.Json;
import refinery.protocol.query.SurveyPlan.Batches;

/**
 * What one answer to a plan would do.
 *
 * @param answer as it is sent
 * @param words the same for a person
 * @param batches that would be processed
 */
record Effect(JsonNode answer, String words, long batches, Forecast forecast) {

  /**
   * Of the answers that most people give: all, so many of them where that is asked for, and none.
   * Each batch is taken for a mean one.
   */
  static List<Effect> of(
      Batches planned, OptionalLong atMost, Function<Batches, Forecast> forecasts) {
    List<Effect> effects = new ArrayList<>();
    effects.add(effect(answer("all"), "process all of them", planned, forecasts));
    atMost.ifPresent(
        most -> {
          Batches some = part(planned, Math.min(most, planned.take()));
          effects.add(
              effect(
                  Json.MAPPER.createObjectNode().put("at_most", most),
                  "process %,d of them, in the order of their ids".formatted(some.take()),
                  some,
                  forecasts));
        });
    effects.add(effect(answer("none"), "process none of them", Batches.NONE, forecasts));
    return effects;
  }

  private static Effect effect(
      JsonNode answer, String words, Batches batches, Function<Batches, Forecast> forecasts) {
    return new Effect(answer, words, batches.take(), forecasts.apply(batches));
  }

  private static ObjectNode answer(String take) {
    return Json.MAPPER.createObjectNode().put("take", take);
  }

  private static Batches part(Batches all, long take) {
    double share = all.take() == 0 ? 0 : (double) take / all.take();
    return new Batches(
        take,
        all.skip() + all.take() - take,
        Math.round(all.bytes() * share),
        Math.round(all.filesOfUnknownSize() * share));
  }

  ObjectNode shown() {
    ObjectNode shown = Json.MAPPER.createObjectNode();
    shown.set("answer", answer);
    shown.put("words", words);
    shown.put("batches", batches);
    return shown.setAll(Json.MAPPER.<ObjectNode>valueToTree(forecast));
  }
}
