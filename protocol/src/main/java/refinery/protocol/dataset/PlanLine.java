package refinery.protocol.dataset;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.BatchId;
import refinery.protocol.Json;

/**
 * A line of a stored plan. The plan is the list of the members of a set ({@link
 * refinery.protocol.batch.BatchSet}): the line of a member is its batch's id, a tab and what is
 * known of it; all other lines begin with a number sign.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PlanLine.Head.class, name = "head"),
  @JsonSubTypes.Type(value = PlanLine.Taken.class, name = "taken"),
  @JsonSubTypes.Type(value = PlanLine.Dropped.class, name = "dropped")
})
public sealed interface PlanLine {

  /** The first line. */
  record Head(DatasetPlan plan) implements PlanLine {}

  /**
   * A sample that goes in.
   *
   * @param sample the accession, or the key of its batch
   * @param matrix the name of its matrix
   * @param sha256 of its quantification
   * @param kept true if it is in the base's store already
   * @param columns what {@code samples.tsv} says of it
   */
  record Taken(
      String sample,
      BatchId batch,
      String matrix,
      String sha256,
      long size,
      boolean kept,
      Map<String, String> columns)
      implements PlanLine {
    public Taken {
      columns = Collections.unmodifiableMap(new TreeMap<>(columns));
    }

    public Taken in(String otherMatrix) {
      return new Taken(sample, batch, otherMatrix, sha256, size, kept, columns);
    }

    /** The same as a sample of the base. */
    public Taken keptThere() {
      return new Taken(sample, batch, matrix, sha256, size, true, columns);
    }
  }

  /**
   * A sample that was asked for and does not go in.
   *
   * @param batch empty if there is none
   */
  record Dropped(String sample, Optional<BatchId> batch, String reason) implements PlanLine {}

  /** The line, without a line feed. */
  default String text() {
    try {
      String json = Json.MAPPER.writerFor(PlanLine.class).writeValueAsString(this);
      return switch (this) {
        case Taken taken when !taken.kept() -> taken.batch() + "\t" + json;
        case Taken kept -> "#" + json;
        case Head head -> "#" + json;
        case Dropped dropped -> "#" + json;
      };
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + this, e);
    }
  }

  /**
   * Reads a line.
   *
   * @throws IOException if it is no line of a plan
   */
  static PlanLine of(String line) throws IOException {
    String json = line.startsWith("#") ? line.substring(1) : line.substring(line.indexOf('\t') + 1);
    return Json.MAPPER.readValue(json, PlanLine.class);
  }
}
