package refinery.archive.biostudies;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.archive.AnswerText;
import refinery.archive.ArchivesConfig;
import refinery.archive.DelimitedText;
import refinery.archive.MalformedAnswer;
import refinery.archive.Slug;
import refinery.archive.ena.LinkedRuns.Link;

/**
 * Reads the table of samples and data of a study (MAGE-TAB's SDRF): one row per file, so several
 * per run; names of columns may repeat and are spelled with and without blanks.
 */
final class Sdrf {
  private static final Pattern COLUMN =
      Pattern.compile("(?i)\\s*(characteristics|factor\\s*value|comment)\\s*\\[\\s*(.*?)\\s*]\\s*");
  private static final Pattern RUN = Pattern.compile("\\b([SED]RR[0-9]{5,12})\\b");
  private static final Pattern RUN_IN_FILE =
      Pattern.compile("\\b([SED]RR[0-9]{5,12})(?:_[0-9])?\\.");
  private static final int MOST_ATTRIBUTES = 60;

  /** What a column is for. */
  private enum Use {
    RUN,
    FILE,
    ATTRIBUTE,
    NONE
  }

  private record Column(Use use, String key) {}

  private Sdrf() {}

  /**
   * @param rows how many the table has
   * @param links to its runs, each once
   */
  record Table(int rows, List<Link> links) {
    Table {
      links = List.copyOf(links);
    }
  }

  static Table read(AnswerText text, ArchivesConfig.Limits limits)
      throws IOException, MalformedAnswer {
    DelimitedText table = new DelimitedText(text, limits, '\t');
    List<Column> columns = columns(table);
    Map<String, Map<String, String>> runs = new LinkedHashMap<>();
    int rows = 0;
    for (Optional<DelimitedText.Row> row = table.next(); row.isPresent(); row = table.next()) {
      rows++;
      Optional<String> run = run(columns, row.get().values());
      if (run.isPresent() && !runs.containsKey(run.get())) {
        runs.put(run.get(), attributes(columns, row.get().values()));
      }
    }
    List<Link> links = new ArrayList<>();
    runs.forEach((run, attributes) -> links.add(new Link(run, attributes)));
    return new Table(rows, links);
  }

  private static List<Column> columns(DelimitedText table) throws IOException, MalformedAnswer {
    Optional<DelimitedText.Row> head = table.next();
    if (head.isEmpty() || !head.get().values().getFirst().strip().equalsIgnoreCase("Source Name")) {
      throw new MalformedAnswer("not a table of samples: it does not begin with 'Source Name'");
    }
    return head.get().values().stream().map(Sdrf::column).toList();
  }

  private static Column column(String name) {
    if (name.strip().equalsIgnoreCase("Source Name")) {
      return new Column(Use.ATTRIBUTE, "sdrf_source_name");
    }
    Matcher parts = COLUMN.matcher(name);
    if (!parts.matches()) {
      return new Column(Use.NONE, "");
    }
    String key = Slug.attribute(parts.group(2));
    if (!parts.group(1).toLowerCase(Locale.ROOT).equals("comment")) {
      return new Column(key.isEmpty() ? Use.NONE : Use.ATTRIBUTE, key);
    }
    return switch (key) {
      case "ena_run" -> new Column(Use.RUN, key);
      case "fastq_uri" -> new Column(Use.FILE, key);
      default -> new Column(Use.NONE, key);
    };
  }

  /** The run that the row names, or else the one whose name its file bears. */
  private static Optional<String> run(List<Column> columns, List<String> values) {
    return found(columns, values, Use.RUN, RUN)
        .or(() -> found(columns, values, Use.FILE, RUN_IN_FILE));
  }

  private static Optional<String> found(
      List<Column> columns, List<String> values, Use use, Pattern pattern) {
    for (int i = 0; i < Math.min(columns.size(), values.size()); i++) {
      Matcher matcher = pattern.matcher(values.get(i));
      if (columns.get(i).use() == use && matcher.find()) {
        return Optional.of(matcher.group(1));
      }
    }
    return Optional.empty();
  }

  /** The first value that is not blank of each name: a characteristic comes before a factor. */
  private static Map<String, String> attributes(List<Column> columns, List<String> values) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (int i = 0; i < Math.min(columns.size(), values.size()); i++) {
      String value = Slug.metadata(values.get(i));
      if (columns.get(i).use() == Use.ATTRIBUTE
          && !value.isEmpty()
          && attributes.size() < MOST_ATTRIBUTES) {
        attributes.putIfAbsent(columns.get(i).key(), value);
      }
    }
    return attributes;
  }
}
