package refinery.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;

/**
 * All that a job's commands can bring about, as a table, and which of it was seen. A command that
 * persists nothing leads nowhere and is not in it.
 */
public final class JobTransitions {
  /** Where from, by which command, with which events, where to ({@code =}: it stays). */
  private static final String TABLE =
      """
      absent                             | Submit        | Submitted                                            | queued
      absent                             | LetGo         | Submitted RawDataReleased Cancelled                  | cancelled
      absent                             | LetGo         | Submitted RawDataReleased Cancelled RawDataDiscarded | cancelled

      queued unplaceable                 | Start         | Started                                              | running
      queued                             | SetPlaceable  | BecameUnplaceable                                    | unplaceable
      unplaceable                        | SetPlaceable  | Requeued                                             | queued

      running                            | Finish        | AttemptSucceeded                                     | succeeded
      running                            | Finish        | AttemptFailed RetryScheduled                         | waiting
      running                            | Finish        | AttemptFailed Requeued                               | queued
      running                            | Finish        | AttemptFailed GivenUp                                | failed
      running                            | Finish        | AttemptDeferred RetryScheduled                       | waiting
      running                            | Lose          | AttemptFailed Requeued                               | queued
      running                            | Lose          | NodeEnded AttemptFailed Requeued                     | queued
      running                            | Lose          | NodeEnded AttemptFailed RetryScheduled               | waiting
      running                            | Lose          | NodeEnded AttemptFailed GivenUp                      | failed

      waiting                            | Wake          | Requeued                                             | queued
      waiting                            | Retry         | Requeued                                             | queued
      failed cancelled                   | Retry         | RetriedByHand                                        | queued

      queued running waiting unplaceable | Cancel        | Cancelled                                            | cancelled
      queued running waiting unplaceable | LetGo         | RawDataReleased Cancelled                            | cancelled
      queued running waiting unplaceable | LetGo         | RawDataReleased Cancelled RawDataDiscarded           | cancelled
      succeeded failed cancelled         | LetGo         | RawDataReleased RawDataDiscarded                     | =

      queued running waiting unplaceable succeeded                  | Submit            | OwnersJoined    | =
      queued running waiting unplaceable succeeded failed cancelled | LetGo             | RawDataReleased | =
      queued running waiting unplaceable succeeded failed cancelled | OwnerAcknowledged | OwnerInformed   | =
      queued running waiting unplaceable failed cancelled           | SetPriority       | PriorityChanged | =
      queued running waiting unplaceable failed cancelled           | WantPriority      | PriorityWanted  | =
      """;

  private static final Set<Transition> DECLARED = declared();

  private final Set<Transition> seen = new LinkedHashSet<>();

  private record Transition(String from, String command, List<String> events, String to) {}

  private static Set<Transition> declared() {
    Set<Transition> declared = new LinkedHashSet<>();
    TABLE
        .lines()
        .filter(line -> !line.isBlank())
        .flatMap(JobTransitions::row)
        .forEach(each -> assertThat(declared.add(each)).as("declared once: %s", each).isTrue());
    return declared;
  }

  private static Stream<Transition> row(String line) {
    List<String> cells = Stream.of(line.split("\\|")).map(String::strip).toList();
    List<String> events = List.of(cells.get(2).split(" "));
    String to = cells.get(3);
    return Stream.of(cells.get(0).split(" "))
        .map(from -> new Transition(from, cells.get(1), events, to.equals("=") ? from : to));
  }

  /** Fails when the table does not have it. */
  public void see(
      Optional<Job> before, JobCommand command, List<JobEvent> events, Optional<Job> after) {
    if (events.isEmpty()) {
      return;
    }
    Transition transition =
        new Transition(
            word(before),
            command.getClass().getSimpleName(),
            events.stream().map(event -> event.getClass().getSimpleName()).toList(),
            word(after));
    if (!DECLARED.contains(transition)) {
      throw new AssertionError("the table does not have " + transition);
    }
    seen.add(transition);
  }

  private static String word(Optional<Job> job) {
    return job.map(each -> each.state().word()).orElse("absent");
  }

  /** Fails when the table has what was never seen. */
  void checkAllSeen() {
    assertThat(DECLARED.stream().filter(each -> !seen.contains(each)))
        .as("declared, but never seen")
        .isEmpty();
  }
}
