package refinery.protocol.dataset;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import refinery.protocol.SurveyId;

/** Which samples a dataset is to take. */
public sealed interface DatasetSelection {

  /** The field of the request that says it. */
  String field();

  /**
   * Puts it into a request.
   *
   * @param most names that are listed; how many there are more is said beside them
   */
  void write(ObjectNode request, int most);

  /** All batches of a survey. */
  record OfSurvey(SurveyId survey) implements DatasetSelection {
    @Override
    public String field() {
      return "survey_id";
    }

    @Override
    public void write(ObjectNode request, int most) {
      request.put(field(), survey.value());
    }
  }

  /**
   * @param samples ids of batches, or accessions of runs; sorted, each once
   */
  record Named(List<String> samples) implements DatasetSelection {
    public Named {
      samples = List.copyOf(new TreeSet<>(samples));
    }

    @Override
    public String field() {
      return "samples";
    }

    @Override
    public void write(ObjectNode request, int most) {
      ArrayNode list = request.putArray(field());
      samples.stream().limit(most).forEach(list::add);
      if (samples.size() > most) {
        request.put("samples_asked", samples.size());
      }
    }
  }

  /**
   * Whatever has been refined and has these values.
   *
   * @param facets by key: {@code organism}, {@code pipeline}, or any key-value of an artifact
   */
  record Matching(Map<String, String> facets) implements DatasetSelection {
    public Matching {
      facets = Map.copyOf(facets);
    }

    @Override
    public String field() {
      return "query";
    }

    @Override
    public void write(ObjectNode request, int most) {
      ObjectNode query = request.putObject(field());
      new TreeMap<>(facets).forEach(query::put);
    }
  }
}
