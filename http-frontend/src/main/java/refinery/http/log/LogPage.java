package refinery.http.log;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Lines of a log.
 *
 * @param next the line to go on with; empty at the end of what there is
 * @param lines how many there are; empty while nobody has read to the end
 */
public record LogPage(List<Line> items, OptionalLong next, OptionalLong lines) {
  public LogPage {
    items = List.copyOf(items);
  }

  /**
   * A line.
   *
   * @param line its number, from 1 on
   * @param step that wrote it; empty before the first one
   * @param text at most {@value LogLines#LONGEST} characters of it
   * @param cut true when it is longer
   */
  public record Line(long line, String step, String text, boolean cut) {}

  /**
   * What is asked for.
   *
   * @param from the first line
   * @param most how many lines at most
   * @param tail true: the last lines instead of those from {@code from} on
   * @param text that lines must contain, in small or capital letters
   * @param step that must have written them
   * @param ours true: lines of ours about the steps only; false: lines of tools only
   */
  public record Question(
      long from,
      int most,
      boolean tail,
      Optional<String> text,
      Optional<String> step,
      Optional<Boolean> ours) {}
}
