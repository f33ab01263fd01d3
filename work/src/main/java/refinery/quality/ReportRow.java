package refinery.quality;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One batch in a report: a run with its quality, or why there is none. Its texts come from archives
 * and are not trusted.
 *
 * @param why what the batch lacks; empty when it has a quality
 */
public record ReportRow(
    String batch,
    String key,
    String organism,
    String state,
    Optional<RunQuality> quality,
    String why) {
  private static final int LONGEST = 300;

  /** The columns before the measures. */
  private static final List<String> FIRST =
      List.of("run", "batch", "organism", "state", "verdict", "reasons");

  private static final List<String> LAST =
      List.of("library_type_expected", "library_type_observed", "tool", "rules");

  /** The groups of a report, the worst first. */
  public enum Group {
    /** Its batch failed, or ended without a verdict. */
    NOT_REFINED,
    FAIL,
    WARN,
    PASS,
    /** Nobody wanted it to be refined. */
    LEFT_OUT;

    /** In words and as the class of its mark. */
    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  public Group group() {
    if (quality.isPresent()) {
      return switch (quality.get().judgement().verdict()) {
        case FAIL -> Group.FAIL;
        case WARN -> Group.WARN;
        case PASS -> Group.PASS;
      };
    }
    return state.equals("planned") || state.equals("cancelled")
        ? Group.LEFT_OUT
        : Group.NOT_REFINED;
  }

  /** By which runs of one group are sorted, the least first; one that is unknown comes first. */
  public double mappingRate() {
    return quality
        .map(known -> known.measures().value(Measure.MAPPING_RATE_PERCENT).orElse(-1))
        .orElse(-1.0);
  }

  static List<String> columns() {
    List<String> columns = new ArrayList<>(FIRST);
    columns.addAll(Measure.words());
    columns.addAll(LAST);
    return columns;
  }

  public static String header() {
    return String.join("\t", columns());
  }

  /** One line of the table; what is unknown is empty. */
  public String line() {
    List<String> cells = new ArrayList<>();
    cells.add(plain(key));
    cells.add(plain(batch));
    cells.add(plain(organism));
    cells.add(plain(state));
    cells.add(quality.map(known -> known.judgement().verdict().word()).orElse(""));
    cells.add(
        plain(
            quality
                .map(
                    known ->
                        known.judgement().reasons().stream()
                            .map(Reason::message)
                            .collect(Collectors.joining("; ")))
                .orElse(why)));
    for (Measure measure : Measure.values()) {
      cells.add(quality.flatMap(known -> number(known.measures(), measure)).orElse(""));
    }
    cells.add(plain(quality.flatMap(known -> known.measures().libraryExpected()).orElse("")));
    cells.add(plain(quality.flatMap(known -> known.measures().libraryObserved()).orElse("")));
    cells.add(plain(quality.map(RunQuality::tool).orElse("")));
    cells.add(plain(quality.map(RunQuality::rules).orElse("")));
    return String.join("\t", cells);
  }

  private static Optional<String> number(Measures measures, Measure measure) {
    return measures.value(measure).stream().mapToObj(Measure::number).findFirst();
  }

  static List<String> cells(String line) {
    return Arrays.asList(line.split("\t", -1));
  }

  /** On one line, without what only steers a terminal or turns text around, and bounded. */
  static String plain(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]+", " ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
