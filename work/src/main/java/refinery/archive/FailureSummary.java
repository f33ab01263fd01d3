package refinery.archive;

import java.util.List;
import java.util.stream.Collectors;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;

/** Joins several failures of a survey into one, whose class decides whether to try again. */
public final class FailureSummary {
  private static final int MOST_NAMED = 5;
  private static final List<FailureClass> MOST_HOPEFUL_FIRST =
      List.of(FailureClass.TRANSIENT, FailureClass.CORRUPT, FailureClass.ABSENT);

  private FailureSummary() {}

  /**
   * Takes the most hopeful class: trying again helps if it can help for any of them.
   *
   * @param failures at least one
   * @param recorded how many units were recorded in spite of the failures
   */
  public static Failure of(List<Failure> failures, int recorded) {
    FailureClass failureClass =
        MOST_HOPEFUL_FIRST.stream()
            .filter(each -> failures.stream().anyMatch(f -> f.failureClass() == each))
            .findFirst()
            .orElse(failures.getFirst().failureClass());
    String named =
        failures.stream().limit(MOST_NAMED).map(Failure::message).collect(Collectors.joining("; "));
    int more = failures.size() - MOST_NAMED;
    String rest = more > 0 ? "; and " + more + " more (see the log)" : "";
    String good = recorded > 0 ? " (what else was found is recorded: " + recorded + ")" : "";
    return new Failure(failureClass, named + rest + good, failures.getFirst().step());
  }
}
