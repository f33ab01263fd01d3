package refinery.pipeline;

import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The output of {@code kallisto inspect}. Version 0.48 prints a histogram of equivalence classes;
 * 0.50 and later print a line with the largest one. The sum of size x count predicts the cost of a
 * quantification (about 1 s and 50 MB per million); the largest class alone does not.
 *
 * @param kmers k-mers (0.48) or unitigs (0.50); 0 means that nothing was indexed
 * @param largestClass number of targets of the largest class
 * @param membership sum of size x count over all classes; only the histogram has it
 */
record KallistoInspect(
    OptionalLong k,
    OptionalLong targets,
    OptionalLong kmers,
    OptionalLong largestClass,
    OptionalLong membership) {
  /**
   * Longer lines are ignored: kallisto prints short ones, and the time to match a line grows with
   * the square of its length.
   */
  private static final int LONGEST = 1000;

  private static final Pattern LINE =
      Pattern.compile("#?\\[inspect]\\s+(.+?) = ([0-9][0-9,]*)\\s*");
  private static final Pattern ROW = Pattern.compile("(\\d+)\t(\\d+)");

  static KallistoInspect parse(List<String> lines) {
    OptionalLong k = OptionalLong.empty();
    OptionalLong targets = OptionalLong.empty();
    OptionalLong kmers = OptionalLong.empty();
    OptionalLong largest = OptionalLong.empty();
    OptionalLong membership = OptionalLong.empty();
    int tables = 0;
    for (String line : lines) {
      if (line.length() > LONGEST) {
        continue;
      }
      Matcher named = LINE.matcher(line);
      Matcher row = ROW.matcher(line);
      if (line.startsWith("#EC.size")) {
        tables++;
      } else if (named.matches()) {
        OptionalLong value = OptionalLong.of(Long.parseLong(named.group(2).replace(",", "")));
        switch (named.group(1).toLowerCase(java.util.Locale.ROOT)) {
          case "k", "k-mer length" -> k = value;
          case "number of targets" -> targets = value;
          case "number of k-mers in index", "number of k-mers", "number of unitigs" ->
              kmers = value;
          case "max ec size" -> largest = value;
          default -> {
            // Some versions print more than is needed.
          }
        }
      } else if (tables == 1 && row.matches() && Long.parseLong(row.group(2)) > 0) {
        long size = Long.parseLong(row.group(1));
        largest = OptionalLong.of(Math.max(size, largest.orElse(0)));
        membership = OptionalLong.of(membership.orElse(0) + size * Long.parseLong(row.group(2)));
      }
    }
    return new KallistoInspect(k, targets, kmers, largest, membership);
  }
}
