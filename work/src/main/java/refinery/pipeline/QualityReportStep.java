package refinery.pipeline;

import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import refinery.quality.QualityReport;
import refinery.quality.QualityRules;
import refinery.quality.ReportRow;
import refinery.quality.RunQuality;

/**
 * The step {@code quality-report}, with {@code list} (the files of all runs), {@code survey},
 * {@code rules} ({@code recorded}, or a preset by which all are judged again), {@code page} and
 * {@code table}. Writes a line for each run to a scratch file, keeps only where it stands and by
 * what it is sorted (some 100 bytes a run), and then writes the table, the worst first.
 */
final class QualityReportStep implements Builtin {
  private static final String RECORDED = "recorded";
  private static final int COLUMNS = 9;
  private static final int FILE = 4;
  private static final int LARGEST = 1 << 20;

  /** Where a run's line stands in the scratch file, and its place among the others. */
  private record Place(ReportRow.Group group, double rate, String key, long at, int length) {
    static final Comparator<Place> WORST_FIRST =
        Comparator.comparing(Place::group)
            .thenComparingDouble(Place::rate)
            .thenComparing(Place::key)
            .thenComparingLong(Place::at);
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    String preset = context.text("rules");
    Optional<QualityRules> rules =
        preset.equals(RECORDED) ? Optional.empty() : Optional.of(QualityVerdict.rules(preset));
    QualityReport report = new QualityReport();
    Path spool = context.inside("rows.unsorted");
    List<Place> places = spool(context, rules, report, spool);
    places.sort(Place.WORST_FIRST);
    List<String> worst = new ArrayList<>();
    try (RandomAccessFile rows = new RandomAccessFile(spool.toFile(), "r");
        BufferedWriter out = context.room().unicode(context.path("table"))) {
      out.write(ReportRow.header() + "\n");
      for (Place place : places) {
        Streams.heed(context.attempt());
        byte[] line = new byte[place.length()];
        rows.seek(place.at());
        rows.readFully(line);
        String text = new String(line, StandardCharsets.UTF_8);
        out.write(text);
        out.write('\n');
        if (worst.size() < QualityReport.SHOWN) {
          worst.add(text);
        }
      }
    }
    Files.delete(spool);
    String words = rules.map(QualityRules::name).orElse("those of each run's own verdict");
    try (BufferedWriter page = context.room().unicode(context.path("page"))) {
      report.write(page, context.text("survey"), words, worst);
    }
    context.learned("runs", report.runs());
    context.checked(report.runs() + " runs: " + report.words());
  }

  private static List<Place> spool(
      StepContext context, Optional<QualityRules> rules, QualityReport report, Path spool)
      throws IOException, StepFailure {
    List<Place> places = new ArrayList<>();
    long at = 0;
    try (Lines lines = new Lines(Streams.raw(context.path("list"), context.attempt()));
        OutputStream out = new BufferedOutputStream(context.room().create(spool))) {
      if (!SetInputs.HEADER_OF_ENDED.equals(lines.next())) {
        throw StepFailure.permanent("the list of runs has no header: it comes from source report");
      }
      for (String line = lines.next(); line != null; line = lines.next()) {
        String said =
            new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        ReportRow row = row(context, said, rules);
        report.add(row);
        byte[] text = row.line().getBytes(StandardCharsets.UTF_8);
        out.write(text);
        places.add(new Place(row.group(), row.mappingRate(), row.key(), at, text.length));
        at += text.length;
      }
    }
    return places;
  }

  private static ReportRow row(StepContext context, String line, Optional<QualityRules> rules)
      throws IOException, StepFailure {
    String[] columns = line.split("\t", -1);
    if (columns.length != COLUMNS) {
      throw StepFailure.permanent("a line of the list of runs is malformed: " + line);
    }
    Optional<RunQuality> quality = Optional.empty();
    String why = columns[8];
    if (!columns[FILE].isEmpty()) {
      String text = text(context, columns[FILE]);
      try {
        RunQuality read = RunQuality.read(text);
        quality = Optional.of(rules.map(read::judgedBy).orElse(read));
      } catch (IOException e) {
        why = "its quality.json cannot be read: " + LastWords.clean(e.getMessage());
      }
    }
    return new ReportRow(columns[0], columns[5], columns[6], columns[7], quality, why);
  }

  private static String text(StepContext context, String file) throws IOException, StepFailure {
    try (InputStream in = Streams.raw(context.inside(file), context.attempt())) {
      return new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
    }
  }
}
