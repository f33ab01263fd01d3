package refinery.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.scale.SurveyScale;

/** Measures how the cost of a survey grows with its batches. */
@Command(
    name = "survey",
    description = {
      "Survey studies of N runs each from a local archive with a new node in a JVM of its own, let",
      "every batch end, then kill the node, start it again and let each survey recover. Prints"
          + " what",
      "a batch costs at each N: time, cpu, events, bytes on the heap; the longest answer of",
      "GET /surveys/ID meanwhile; and how long the recovery took."
    })
final class BenchSurveyCommand implements Callable<Integer> {
  private static final int MOST = 1_000_000;

  /** Batches of a first survey, which is not measured because a new JVM is slow. */
  private static final int WARM_UP = 2_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--batches",
      paramLabel = "N",
      split = ",",
      defaultValue = "1000,10000",
      description = "One or more sizes, as 1000,10000,100000. Default: 1000,10000.")
  private List<Integer> batches = List.of();

  @Option(
      names = "--skipped",
      description = "Runs that are recorded as skipped, instead of downloaded and run as no-ops.")
  private boolean skipped;

  @Option(
      names = "--dir",
      paramLabel = "D",
      defaultValue = "./var/bench",
      description = "Its data, which goes at the end. Default: ./var/bench.")
  private Path dir = Path.of("var/bench");

  @Override
  public Integer call() throws InterruptedException {
    if (batches.stream().anyMatch(size -> size < 1 || size > MOST)) {
      throw CommandFailure.usage("--batches must be 1 to " + MOST + " each");
    }
    new SurveyScale(spec.commandLine().getOut())
        .run(dir, new SurveyScale.Plan(batches, skipped, WARM_UP));
    return 0;
  }
}
