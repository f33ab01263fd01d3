package refinery.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a survey with this many batches cost.
 *
 * @param cpu processor time from its post to its end
 * @param recovery seconds until the survey's entity answered on a node that was killed and started
 *     again, from the first request
 */
record Figures(
    int batches,
    SurveyWatch.Seen seen,
    MeasuredNode.Cpu cpu,
    StoredSurvey stored,
    double recovery) {
  private static final String HEAD =
      " batches | found ms  ended ms | cpu ms: node  database | answer ms: median  99 %  longest"
          + "  (woke late) | events: own   all | heap B | recovery s";

  private double each(double seconds) {
    return seconds * 1000 / batches;
  }

  private String row() {
    return String.format(
        Locale.ROOT,
        "%8d | %8.2f  %8.2f | %12.2f  %8.2f | %17.0f  %4.0f  %7.0f  %11.0f |"
            + " %11.2f %5.2f | %6.0f | %10.2f",
        batches,
        each(seen.registered()),
        each(seen.ended()),
        each(cpu.node()),
        each(cpu.database()),
        seen.answers().median() * 1000,
        seen.answers().slow() * 1000,
        seen.answers().longest() * 1000,
        seen.answers().latest() * 1000,
        (double) stored.own() / batches,
        (double) stored.all() / batches,
        (double) stored.heap() / batches,
        recovery);
  }

  /**
   * A table whose costs are per batch (except answers and recovery), and a line that says how much
   * more a batch costs in the largest survey than in the smallest.
   */
  static List<String> table(List<Figures> measured) {
    List<String> lines = new ArrayList<>();
    lines.add("Each batch, on " + Runtime.getRuntime().availableProcessors() + " cores:");
    lines.add(HEAD);
    measured.forEach(figures -> lines.add(figures.row()));
    if (measured.size() > 1) {
      Figures small = measured.getFirst();
      Figures large = measured.getLast();
      lines.add(
          String.format(
              Locale.ROOT,
              "a batch at %d costs %.2f times the time and %.2f times the cpu of one at %d",
              large.batches,
              large.each(large.seen.ended()) / small.each(small.seen.ended()),
              large.each(large.cpu.node() + large.cpu.database())
                  / small.each(small.cpu.node() + small.cpu.database()),
              small.batches));
    }
    return lines;
  }
}
