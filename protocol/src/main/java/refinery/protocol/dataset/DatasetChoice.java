package refinery.protocol.dataset;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/** What a request for a dataset may choose, each with its words; the first is the default. */
public enum DatasetChoice {
  LEVEL("gene", "transcript"),
  /** Where the counts come from; the words are tximport's. */
  COUNTS("no", "scaledTPM", "lengthScaledTPM", "dtuScaledTPM"),
  NORMALISE("none", "tmm", "tmmwsp", "rle", "upperquartile", "ratio", "poscounts", "quantile"),
  SCALE("none", "minmax", "standard", "robust"),
  /** What becomes one matrix: everything, the samples of an organism, or those of a study. */
  AGGREGATE("all", "species", "experiment"),
  GENES("inner", "outer"),
  IMPUTE("none", "svd"),
  LAYOUT("plain", "refinebio");

  private final List<String> words;

  DatasetChoice(String... words) {
    this.words = List.of(words);
  }

  /** Its field in a request. */
  @JsonValue
  public String field() {
    return name().toLowerCase(Locale.ROOT);
  }

  public List<String> words() {
    return words;
  }

  public String fallback() {
    return words.getFirst();
  }
}
