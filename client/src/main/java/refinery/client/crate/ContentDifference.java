package refinery.client.crate;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import refinery.protocol.Json;

/**
 * How two files differ that ought to be equal.
 *
 * @param words for a person
 */
public record ContentDifference(String words, Weight counts) {

  /** Whether it counts: times in a report do not, nor numbers within the tolerance. */
  public enum Weight {
    NONE,
    FULL
  }

  /**
   * @param tolerance the largest relative difference of two numbers in a table that does not count
   */
  public static ContentDifference of(String name, byte[] first, byte[] second, double tolerance) {
    if (name.endsWith(".json")) {
      return ofJson(first, second);
    }
    return name.matches(".*\\.(sf|tsv|txt|csv)")
        ? ofTables(first, second, tolerance)
        : new ContentDifference("differs", Weight.FULL);
  }

  /** Of files that are too large to be looked at, or are gone. */
  public static ContentDifference ofDigests(String first, String second) {
    return new ContentDifference(
        "differs: sha256 %s, now %s".formatted(first, second), Weight.FULL);
  }

  private static ContentDifference ofJson(byte[] first, byte[] second) {
    Set<String> differing = new TreeSet<>();
    try {
      collect("", Json.MAPPER.readTree(first), Json.MAPPER.readTree(second), differing);
    } catch (IOException e) {
      return new ContentDifference("differs, and one of them is no JSON", Weight.FULL);
    }
    String keys = String.join(", ", differing);
    boolean onlyTimes =
        differing.stream().allMatch(key -> key.toLowerCase(Locale.ROOT).matches(".*(time|date)"));
    return onlyTimes
        ? new ContentDifference("equal but for " + keys, Weight.NONE)
        : new ContentDifference("differs in " + keys, Weight.FULL);
  }

  private static void collect(String path, JsonNode first, JsonNode second, Set<String> differing) {
    if (first.isObject() && second.isObject()) {
      Set<String> keys = new TreeSet<>();
      first.fieldNames().forEachRemaining(keys::add);
      second.fieldNames().forEachRemaining(keys::add);
      for (String key : keys) {
        String below = path.isEmpty() ? key : path + "." + key;
        collect(below, first.path(key), second.path(key), differing);
      }
    } else if (!first.equals(second)) {
      differing.add(path);
    }
  }

  private static ContentDifference ofTables(byte[] first, byte[] second, double tolerance) {
    List<String> one = new String(first, StandardCharsets.UTF_8).lines().toList();
    List<String> two = new String(second, StandardCharsets.UTF_8).lines().toList();
    if (one.size() != two.size()) {
      return new ContentDifference(
          "differs: %d lines, now %d".formatted(one.size(), two.size()), Weight.FULL);
    }
    double largest = 0;
    int lines = 0;
    for (int i = 0; i < one.size(); i++) {
      if (!one.get(i).equals(two.get(i))) {
        double difference = ofCells(one.get(i).split("\t", -1), two.get(i).split("\t", -1));
        if (Double.isInfinite(difference)) {
          return new ContentDifference(
              "differs in line %d, not only in numbers".formatted(i + 1), Weight.FULL);
        }
        largest = Math.max(largest, difference);
        lines++;
      }
    }
    if (lines == 0) {
      return new ContentDifference("differs in line ends", Weight.FULL);
    }
    String words =
        "numbers differ in %d of %d lines, by %.1e at most".formatted(lines, one.size(), largest);
    return new ContentDifference(words, largest <= tolerance ? Weight.NONE : Weight.FULL);
  }

  /** The largest relative difference; infinite if a cell that is no number differs. */
  private static double ofCells(String[] first, String[] second) {
    if (first.length != second.length) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    for (int i = 0; i < first.length; i++) {
      if (!first[i].equals(second[i])) {
        try {
          double one = Double.parseDouble(first[i]);
          double two = Double.parseDouble(second[i]);
          double difference = Math.abs(one - two) / Math.max(Math.abs(one), Math.abs(two));
          if (one != two) {
            largest =
                Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
          }
        } catch (NumberFormatException e) {
          return Double.POSITIVE_INFINITY;
        }
      }
    }
    return largest;
  }
}
