package refinery.protocol.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.KeyValues;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.catalog.Catalog.Validated;

/** Reads a request for a dataset strictly: everything that is wrong is named by its pointer. */
public final class DatasetRequestReader {
  /** The most samples that may be named. */
  public static final int MOST_SAMPLES = 100_000;

  private static final int MOST_FACETS = 20;
  private static final List<String> SELECTIONS = List.of("survey_id", "samples", "query");
  private static final Pattern SAMPLE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,119}");
  private static final Pattern PIPELINE = Pattern.compile("[a-z][a-z0-9-]{0,63}");

  private final JsonNode body;
  private final List<Problem> problems = new ArrayList<>();

  private DatasetRequestReader(JsonNode body) {
    this.body = body;
  }

  /**
   * @param body of which pointers are told
   */
  public static Validated<DatasetRequest> read(JsonNode body) {
    if (body == null || !body.isObject()) {
      return new Validated.Invalid<>(List.of(new Problem("", "must be an object")));
    }
    return new DatasetRequestReader(body).request();
  }

  private Validated<DatasetRequest> request() {
    unknown();
    Optional<DatasetSelection> selection = selection();
    Map<DatasetChoice, String> choices = new EnumMap<>(DatasetChoice.class);
    for (DatasetChoice choice : DatasetChoice.values()) {
      choices.put(choice, choice(choice));
    }
    if (choices.get(DatasetChoice.COUNTS).equals("dtuScaledTPM")
        && !choices.get(DatasetChoice.LEVEL).equals("transcript")) {
      wrong("/counts", "dtuScaledTPM is for transcripts; set level to transcript");
    }
    Set<String> values = new TreeSet<>(words("values", DatasetRequest.VALUES));
    values.add("counts");
    List<String> formats = words("formats", DatasetRequest.FORMATS);
    Optional<String> pipeline = text("pipeline", PIPELINE, "the name of a pipeline");
    Optional<DatasetId> base = base();
    if (!problems.isEmpty()) {
      return new Validated.Invalid<>(problems);
    }
    return new Validated.Valid<>(
        new DatasetRequest(
            selection.orElseThrow(),
            pipeline,
            choices,
            DatasetRequest.VALUES.stream().filter(values::contains).toList(),
            formats.isEmpty() ? List.of("tsv.gz") : formats,
            base));
  }

  private void wrong(String pointer, String message) {
    problems.add(new Problem(pointer, message));
  }

  private Optional<JsonNode> value(String field) {
    return Optional.ofNullable(body.get(field)).filter(node -> !node.isNull());
  }

  private void unknown() {
    Set<String> known = new LinkedHashSet<>(SELECTIONS);
    for (DatasetChoice choice : DatasetChoice.values()) {
      known.add(choice.field());
    }
    known.addAll(List.of("pipeline", "values", "formats", "base"));
    body.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                wrong(
                    "/" + name.replace("~", "~0").replace("/", "~1"),
                    "is not known; known are " + String.join(", ", known));
              }
            });
  }

  private Optional<DatasetSelection> selection() {
    List<String> given = SELECTIONS.stream().filter(name -> value(name).isPresent()).toList();
    if (given.size() != 1) {
      wrong(
          "/" + (given.isEmpty() ? SELECTIONS.getFirst() : given.get(1)),
          "give exactly one of survey_id, samples and query");
      return Optional.empty();
    }
    return switch (given.getFirst()) {
      case "survey_id" -> survey();
      case "samples" -> samples(body.get("samples"));
      default -> query(body.get("query"));
    };
  }

  private Optional<DatasetSelection> survey() {
    try {
      return Optional.of(
          new DatasetSelection.OfSurvey(SurveyId.of(body.get("survey_id").asText())));
    } catch (IllegalArgumentException e) {
      wrong("/survey_id", "must be the id of a survey, as survey-0a1b2c3d4e5f6g7h8i9j");
      return Optional.empty();
    }
  }

  private Optional<DatasetSelection> samples(JsonNode list) {
    if (!list.isArray() || list.isEmpty() || list.size() > MOST_SAMPLES) {
      wrong("/samples", "must be a list of 1 to %d samples".formatted(MOST_SAMPLES));
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      if (!list.get(i).isTextual() || !SAMPLE.matcher(list.get(i).textValue()).matches()) {
        wrong("/samples/" + i, "must be the id of a batch or the accession of a run");
        return Optional.empty();
      }
      names.add(list.get(i).textValue());
    }
    return Optional.of(new DatasetSelection.Named(names));
  }

  private Optional<DatasetSelection> query(JsonNode object) {
    if (!object.isObject() || object.isEmpty() || object.size() > MOST_FACETS) {
      wrong("/query", "must be an object of 1 to " + MOST_FACETS + " keys with their values");
      return Optional.empty();
    }
    Map<String, String> facets = new TreeMap<>();
    int before = problems.size();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String key = entry.getKey();
      String pointer = "/query/" + key.replace("~", "~0").replace("/", "~1");
      boolean own = key.equals("organism") || key.equals("pipeline");
      Optional<String> problem =
          (own ? Optional.<String>empty() : KeyValues.keyProblem(key))
              .or(
                  () ->
                      entry.getValue().isTextual()
                          ? KeyValues.valueProblem(entry.getValue().textValue())
                          : Optional.of("must be a string"));
      problem.ifPresent(why -> wrong(pointer, why));
      facets.put(key, entry.getValue().asText());
    }
    return problems.size() > before
        ? Optional.empty()
        : Optional.of(new DatasetSelection.Matching(facets));
  }

  private String choice(DatasetChoice choice) {
    String field = choice.field();
    Optional<JsonNode> given = value(field);
    if (given.isEmpty()) {
      return choice.fallback();
    }
    String word = given.get().isTextual() ? given.get().textValue() : "";
    if (!choice.words().contains(word)) {
      wrong("/" + field, "must be one of " + String.join(", ", choice.words()));
      return choice.fallback();
    }
    return word;
  }

  /** The words of a list in the order of those that there are. */
  private List<String> words(String field, List<String> known) {
    Optional<JsonNode> list = value(field);
    if (list.isEmpty()) {
      return field.equals("values") ? known : List.of();
    }
    if (!list.get().isArray() || list.get().isEmpty()) {
      wrong("/" + field, "must be a list of some of " + String.join(", ", known));
      return List.of();
    }
    Set<String> given = new TreeSet<>();
    for (int i = 0; i < list.get().size(); i++) {
      JsonNode word = list.get().get(i);
      if (!word.isTextual() || !known.contains(word.textValue())) {
        wrong("/" + field + "/" + i, "must be one of " + String.join(", ", known));
      } else {
        given.add(word.textValue());
      }
    }
    return known.stream().filter(given::contains).toList();
  }

  private Optional<String> text(String field, Pattern pattern, String what) {
    Optional<JsonNode> given = value(field);
    if (given.isPresent()
        && (!given.get().isTextual() || !pattern.matcher(given.get().textValue()).matches())) {
      wrong("/" + field, "must be " + what);
      return Optional.empty();
    }
    return given.map(JsonNode::textValue);
  }

  private Optional<DatasetId> base() {
    try {
      return value("base").map(node -> DatasetId.of(node.asText()));
    } catch (IllegalArgumentException e) {
      wrong("/base", "must be the id of a dataset, as dataset-0a1b2c3d4e5f6g7h8i9j");
      return Optional.empty();
    }
  }
}
