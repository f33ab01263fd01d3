package refinery.entity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * All that an entity's commands can bring about, as a table, and which of it was seen. A command
 * that persists nothing leads nowhere and is not in it.
 *
 * @param <C> commands
 * @param <E> events
 * @param <S> state
 */
public final class Transitions<C, E, S> {
  private static final String SAME = "=";

  private final Table table;
  private final Function<S, String> word;
  private final Set<Transition> seen = new LinkedHashSet<>();

  private record Transition(String from, String command, List<String> events, String to) {}

  /** The events are those of one command, in their order; of the rest, each with each. */
  private record Line(
      List<String> from, List<String> commands, List<String> events, List<String> to) {

    private Stream<Transition> declared() {
      return from.stream()
          .flatMap(
              before ->
                  commands.stream()
                      .flatMap(
                          command ->
                              to.stream()
                                  .map(after -> after.equals(SAME) ? before : after)
                                  .distinct()
                                  .map(after -> new Transition(before, command, events, after))));
    }
  }

  /** Where from, by which command, with which events, where to. */
  public static final class Table {
    private final List<Line> lines = new ArrayList<>();
    private final Set<Transition> declared = new LinkedHashSet<>();

    private Table() {}

    private void add(Line line) {
      lines.add(line);
      line.declared()
          .forEach(each -> assertThat(declared.add(each)).as("declared once: %s", each).isTrue());
    }
  }

  /**
   * @param word for a state, as the table calls it
   */
  public Transitions(Table table, Function<S, String> word) {
    this.table = table;
    this.word = word;
  }

  /** Reads lines of four cells; {@code =} as the last says that it stays where it is. */
  public static Table table(String text) {
    Table table = new Table();
    text.lines().filter(line -> !line.isBlank()).map(Transitions::line).forEach(table::add);
    return table;
  }

  private static Line line(String text) {
    List<List<String>> cells =
        Stream.of(text.split("\\|")).map(cell -> List.of(cell.strip().split(" +"))).toList();
    return new Line(cells.get(0), cells.get(1), cells.get(2), cells.get(3));
  }

  /** Fails when the table does not have it. */
  public void see(S before, C command, List<E> events, S after) {
    if (events.isEmpty()) {
      return;
    }
    Transition transition =
        new Transition(
            word.apply(before),
            command.getClass().getSimpleName(),
            events.stream().map(event -> event.getClass().getSimpleName()).toList(),
            word.apply(after));
    if (!table.declared.contains(transition)) {
      throw new AssertionError("the table does not have " + transition);
    }
    seen.add(transition);
  }

  /** Fails when a line lists a state with a command, or an end, that was never seen. */
  public void checkAllSeen() {
    assertThat(table.lines.stream().flatMap(this::unseen)).as("declared, but never seen").isEmpty();
  }

  private Stream<String> unseen(Line line) {
    List<Transition> ofLine = line.declared().filter(seen::contains).toList();
    Stream<String> begins =
        line.from().stream()
            .flatMap(
                from ->
                    line.commands().stream()
                        .filter(
                            command ->
                                none(
                                    ofLine,
                                    each ->
                                        each.from().equals(from) && each.command().equals(command)))
                        .map(command -> from + " | " + command + " | " + line.events()));
    Stream<String> ends =
        line.to().stream()
            .filter(
                to -> none(ofLine, each -> each.to().equals(to.equals(SAME) ? each.from() : to)))
            .map(to -> line.commands() + " | " + line.events() + " | " + to);
    return Stream.concat(begins, ends);
  }

  private static boolean none(List<Transition> seen, Predicate<Transition> wanted) {
    return seen.stream().noneMatch(wanted);
  }
}
