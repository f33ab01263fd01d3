package refinery.protocol.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import refinery.protocol.Json;

/**
 * A request for a dataset, checked, with its defaults. {@link DatasetRequestReader} reads one.
 *
 * @param pipeline whose results are taken, where samples have those of several; empty: there must
 *     be one only
 * @param choices a word for each choice
 * @param values of the matrices, in the order of {@link #VALUES}; counts are always among them
 * @param formats in the order of {@link #FORMATS}
 * @param base the dataset that this one appends to
 */
public record DatasetRequest(
    DatasetSelection selection,
    Optional<String> pipeline,
    Map<DatasetChoice, String> choices,
    List<String> values,
    List<String> formats,
    Optional<DatasetId> base) {
  public static final List<String> VALUES = List.of("counts", "tpm", "length");
  public static final List<String> FORMATS =
      List.of("tsv.gz", "mtx", "parquet", "h5ad", "quant.sf");

  public DatasetRequest {
    choices = Map.copyOf(choices);
    values = List.copyOf(values);
    formats = List.copyOf(formats);
  }

  public String choice(DatasetChoice choice) {
    return choices.get(choice);
  }

  /** The same with other formats. */
  public DatasetRequest with(List<String> others) {
    return new DatasetRequest(
        selection,
        pipeline,
        choices,
        values,
        FORMATS.stream().filter(new TreeSet<>(others)::contains).toList(),
        base);
  }

  /** Everything in its normal form: equal requests have equal texts. */
  public String normal() {
    try {
      return Json.MAPPER.writeValueAsString(json(Integer.MAX_VALUE));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a request", e);
    }
  }

  /**
   * The request with its defaults.
   *
   * @param most names of samples that are listed
   */
  public ObjectNode json(int most) {
    ObjectNode request = Json.MAPPER.createObjectNode();
    selection.write(request, most);
    pipeline.ifPresent(name -> request.put("pipeline", name));
    Map<DatasetChoice, String> ordered = new EnumMap<>(DatasetChoice.class);
    ordered.putAll(choices);
    ordered.forEach((choice, word) -> request.put(choice.field(), word));
    ArrayNode kinds = request.putArray("values");
    values.forEach(kinds::add);
    ArrayNode wanted = request.putArray("formats");
    formats.forEach(wanted::add);
    base.ifPresent(id -> request.put("base", id.value()));
    return request;
  }
}
