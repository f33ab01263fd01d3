package refinery.protocol.dataset;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import refinery.protocol.BatchId;
import refinery.protocol.Ids;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;

/**
 * The identity of a dataset: {@code dataset-} and 20 characters that are derived from the request
 * and from the digests of what goes in.
 */
public record DatasetId(@JsonValue String value) implements Comparable<DatasetId> {
  public static final String PREFIX = "dataset-";

  /** The source of the batches that make datasets, and the name of their pipeline. */
  public static final String SOURCE = "dataset";

  public DatasetId {
    Ids.check(PREFIX, value);
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static DatasetId of(String value) {
    return new DatasetId(value);
  }

  /**
   * @param request in its normal form
   * @param inputs a text for each input, with its digest; in any order
   */
  public static DatasetId of(String request, List<String> inputs) {
    List<String> parts = new ArrayList<>(inputs.stream().sorted().toList());
    parts.addFirst(request);
    parts.addFirst(SOURCE);
    return new DatasetId(PREFIX + Ids.derive(parts.toArray(String[]::new)));
  }

  /** The batch that makes this dataset. */
  public BatchId batch() {
    return BatchSpec.idOf(SOURCE, value, SOURCE, Map.of());
  }

  /** The survey that is posted for it. */
  public SurveyId survey() {
    return new SurveyId(SurveyId.PREFIX + Ids.derive("survey", value));
  }

  @Override
  public int compareTo(DatasetId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
