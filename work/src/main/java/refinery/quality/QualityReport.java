package refinery.quality;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A page about the runs of a survey: how many got which verdict, how measures are distributed, and
 * the worst runs. One file of HTML and SVG that asks no other host, with light and dark colours and
 * without a script. However many runs there are, it shows at most {@value #SHOWN} of them and says
 * so; the table has all. Add every run first, then write. Used by one thread.
 */
public final class QualityReport {
  /** Runs on the page, about 300 bytes each. */
  public static final int SHOWN = 1_000;

  private static final List<Measure> DRAWN =
      List.of(
          Measure.MAPPING_RATE_PERCENT,
          Measure.PROCESSED_READS,
          Measure.MAPPED_READS_PER_GENE,
          Measure.UNIQUELY_MAPPED_PERCENT,
          Measure.LIBRARY_AGREEMENT_PERCENT,
          Measure.PASSED_FILTER_PERCENT,
          Measure.DUPLICATE_RATE_PERCENT,
          Measure.RRNA_RATE_PERCENT);

  private static final List<String> COLUMNS =
      List.of(
          "run",
          "organism",
          "verdict",
          "reasons",
          Measure.PROCESSED_READS.word(),
          Measure.MAPPED_READS.word(),
          Measure.MAPPING_RATE_PERCENT.word(),
          Measure.MAPPED_READS_PER_GENE.word(),
          "library_type_observed");

  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
      <title>%s</title>
      <style>
      :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #57606a; --line: #d0d7de; --bar: #3b6ea8;
        --bad: #b3261e; --fair: #8a5a00; --good: #1a7f37; }
      @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9aa4af; --line: #30363d;
        --bar: #6ea8e6; --bad: #ff7b72; --fair: #e3b341; --good: #56d364; } }
      body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
      h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
      .note { color: var(--soft); font-size: .85rem; }
      .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem; }
      figure { margin: 0; border: 1px solid var(--line); border-radius: 6px; padding: .75rem; }
      svg { width: 100%%; height: auto; } rect { fill: var(--bar); } svg text { fill: var(--soft); font-size: 10px; }
      .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%%; }
      th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
      th { font-weight: 600; } .bad { color: var(--bad); font-weight: 600; } .fair { color: var(--fair); font-weight: 600; } .good { color: var(--good); }
      </style>
      </head>
      <body>
      """;

  private final Map<ReportRow.Group, Integer> groups = new EnumMap<>(ReportRow.Group.class);
  private final Map<Measure, Distribution> distributions = new EnumMap<>(Measure.class);
  private int runs;

  public QualityReport() {
    DRAWN.forEach(measure -> distributions.put(measure, new Distribution(measure)));
  }

  public void add(ReportRow row) {
    runs++;
    groups.merge(row.group(), 1, Integer::sum);
    row.quality()
        .ifPresent(
            quality ->
                distributions.forEach(
                    (measure, values) -> quality.measures().value(measure).ifPresent(values::add)));
  }

  public int runs() {
    return runs;
  }

  /** The counts in words, e.g. {@code 1 fail, 5 pass}. */
  public String words() {
    return groups.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey().word())
        .collect(Collectors.joining(", "));
  }

  /**
   * @param about what the runs are, e.g. a survey's id
   * @param rules by which they are judged
   * @param worst lines of the table, the worst first: {@value #SHOWN}, or all if there are fewer
   */
  public void write(Appendable page, String about, String rules, List<String> worst)
      throws IOException {
    String title = "Quality of " + runs + " runs" + (about.isEmpty() ? "" : " of " + about);
    page.append(HEAD.formatted(Markup.text(title)));
    page.append("<h1>").append(Markup.text(title)).append("</h1>\n<p>");
    page.append(Markup.text(words())).append(". Rules: ").append(Markup.text(rules));
    page.append(". A verdict flags a run and changes nothing else. A read is a fragment: a pair");
    page.append(" counts once. What is not measured is left empty.</p>\n");
    page.append("<h2>Distributions</h2>\n<div class=\"figures\">\n");
    for (Distribution distribution : distributions.values()) {
      if (!distribution.isEmpty()) {
        page.append(distribution.figure());
      }
    }
    page.append("</div>\n<h2>Runs, the worst first</h2>\n");
    if (runs > SHOWN) {
      page.append("<p class=\"note\">The first ").append(Integer.toString(SHOWN)).append(" of ");
      page.append(Integer.toString(runs)).append("; quality.tsv has all of them.</p>\n");
    }
    table(page, worst);
    page.append("</body>\n</html>\n");
  }

  private static void table(Appendable page, List<String> worst) throws IOException {
    List<String> all = ReportRow.columns();
    page.append("<div class=\"scroll\"><table>\n<thead><tr>");
    for (String column : COLUMNS) {
      page.append("<th scope=\"col\">").append(Markup.text(column)).append("</th>");
    }
    page.append("</tr></thead>\n<tbody>\n");
    for (String line : worst) {
      List<String> cells = ReportRow.cells(line);
      page.append("<tr>");
      for (String column : COLUMNS) {
        String cell = cells.get(all.indexOf(column));
        page.append(
            column.equals("verdict") ? mark(cell, cells.get(all.indexOf("state"))) : cell(cell));
      }
      page.append("</tr>\n");
    }
    page.append("</tbody></table></div>\n");
  }

  private static String cell(String text) {
    return "<td>" + Markup.text(text) + "</td>";
  }

  /** The verdict in words and colour; where there is none, the state of the batch. */
  private static String mark(String verdict, String state) {
    String colour =
        switch (verdict) {
          case "pass" -> "good";
          case "warn" -> "fair";
          case "fail" -> "bad";
          default -> state.equals("failed") ? "bad" : "";
        };
    String words = verdict.isEmpty() ? "none: batch " + state : verdict;
    return "<td class=\"" + colour + "\">" + Markup.text(words) + "</td>";
  }
}
