package refinery.quality;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * The library type that mapped reads show, in salmon's words: orientation of the mates (I, O, M;
 * none for single reads) and strand (SF, SR, U). Pure.
 */
public final class LibraryType {
  /** From this share of one strand on, a library counts as stranded. */
  private static final double STRANDED = 0.8;

  private static final List<String> ORIENTATIONS = List.of("I", "O", "M", "");

  private LibraryType() {}

  /**
   * Of the counts in {@code lib_format_counts.json}; empty when nothing was counted. Salmon counts
   * every read with its strand, whatever type it expects.
   */
  public static Optional<String> observed(JsonNode counts) {
    String best = "";
    double most = 0;
    for (String orientation : ORIENTATIONS) {
      double forward = counts.path(orientation + "SF").asDouble();
      double reverse = counts.path(orientation + "SR").asDouble();
      double unknown = counts.path(orientation + "U").asDouble();
      double all = forward + reverse + unknown;
      if (all > most) {
        most = all;
        best = orientation + strand(forward, reverse, all);
      }
    }
    return most > 0 ? Optional.of(best) : Optional.empty();
  }

  private static String strand(double forward, double reverse, double all) {
    if (forward >= STRANDED * all) {
      return "SF";
    }
    return reverse >= STRANDED * all ? "SR" : "U";
  }
}
