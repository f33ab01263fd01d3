package refinery.archive.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Reader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.archive.AnswerText;
import refinery.archive.ArchivesConfig;
import refinery.archive.DelimitedText;
import refinery.archive.MalformedAnswer;
import refinery.archive.files.SampleRows.Wrong;

/**
 * Reads a table of samples line by line. Memory holds the names of all samples, but only one line.
 */
final class SampleTable {
  private final FilesConfig config;
  private final ArchivesConfig.Limits limits;

  SampleTable(FilesConfig config, ArchivesConfig.Limits limits) {
    this.config = config;
    this.limits = limits;
  }

  /** Takes the sample of a line, or each of its faults. */
  interface Taker {
    void sample(int line, Sample sample) throws IOException, InterruptedException;

    void wrong(int line, Wrong wrong);
  }

  /**
   * Reads text: tab-separated if the header has a tab, otherwise comma-separated. If the header is
   * wrong only that is told, with the header's line.
   *
   * @throws MalformedAnswer if a line cannot be read at all
   */
  void read(Reader text, Taker taker) throws IOException, MalformedAnswer, InterruptedException {
    AnswerText answer = AnswerText.of(text, limits);
    DelimitedText table = new DelimitedText(answer, limits, separator(answer));
    Optional<DelimitedText.Row> first = table.next();
    if (first.isEmpty()) {
      taker.wrong(1, new Wrong("", "the table is empty"));
      return;
    }
    List<String> columns = first.get().values().stream().map(SampleRows::column).toList();
    Optional<String> problem = SampleRows.headerProblem(columns);
    if (problem.isPresent()) {
      taker.wrong(first.get().line(), new Wrong("", problem.get()));
      return;
    }
    SampleRows rows = new SampleRows(config);
    for (Optional<DelimitedText.Row> row = table.next(); row.isPresent(); row = table.next()) {
      int line = row.get().line();
      List<String> values = row.get().values();
      if (values.size() != columns.size()) {
        taker.wrong(
            line,
            new Wrong("", "has %d values, the header %d".formatted(values.size(), columns.size())));
      } else {
        Map<String, String> byColumn = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
          byColumn.put(columns.get(i), values.get(i));
        }
        take(line, rows.read(line, byColumn), taker);
      }
    }
  }

  /** Reads rows that came as JSON, numbered from 1. */
  void read(JsonNode given, Taker taker) throws IOException, InterruptedException {
    SampleRows rows = new SampleRows(config);
    int number = 0;
    for (JsonNode row : given) {
      number++;
      Map<String, String> byColumn = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> field : row.properties()) {
        byColumn.put(SampleRows.column(field.getKey()), field.getValue().asText());
      }
      Optional<String> problem = SampleRows.headerProblem(List.copyOf(byColumn.keySet()));
      if (problem.isPresent()) {
        taker.wrong(number, new Wrong("", problem.get()));
      } else {
        take(number, rows.read(number, byColumn), taker);
      }
    }
  }

  private static void take(int line, SampleRows.Read read, Taker taker)
      throws IOException, InterruptedException {
    read.wrong().forEach(wrong -> taker.wrong(line, wrong));
    if (read.sample().isPresent()) {
      taker.sample(line, read.sample().get());
    }
  }

  /** Finds the separator by the first characters, which stay unread. */
  private static char separator(AnswerText text) throws IOException {
    int most = 4096;
    text.reader().mark(most);
    char separator = ',';
    for (int i = 0; i < most; i++) {
      int next = text.reader().read();
      if (next == '\t') {
        separator = '\t';
      }
      if (next < 0 || next == '\n' || next == '\t') {
        break;
      }
    }
    text.reader().reset();
    return separator;
  }
}
