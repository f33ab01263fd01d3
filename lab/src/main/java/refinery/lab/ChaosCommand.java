package refinery.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import refinery.chaos.Chaos;
import refinery.chaos.FailOver;
import refinery.client.CommandFailure;

/** Tests on this machine that a cluster loses nothing. */
@Command(
    name = "chaos",
    description = {
      "Run a cluster of real nodes on this machine under load while it is killed, stopped, cut",
      "apart and drained by a seeded schedule, then check that nothing was lost or done twice."
    })
final class ChaosCommand implements Callable<Integer> {
  private static final int MOST_SURVEYS = 1_000;
  private static final int MOST_RUNS = 60;

  @Spec private CommandSpec spec;

  @Option(names = "--minutes", paramLabel = "N", defaultValue = "30", description = "Default: 30.")
  private int minutes;

  @Option(names = "--seed", paramLabel = "S", description = "Replays a schedule. Default: by time.")
  private Optional<Long> seed = Optional.empty();

  @Option(names = "--nodes", paramLabel = "N", defaultValue = "3", description = "Default: 3.")
  private int nodes;

  @Option(names = "--jobs", paramLabel = "N", description = "Default: 80 a minute.")
  private Optional<Integer> jobs = Optional.empty();

  @Option(
      names = "--surveys",
      paramLabel = "N",
      description = {
        "Surveys of 20 to 60 runs each that are posted, cancelled, retried and reprioritised",
        "meanwhile, against an archive of the run's own. 0: none. Default: one a minute, at least"
            + " 2."
      })
  private Optional<Integer> surveys = Optional.empty();

  @Option(names = "--no-poison", description = "Without the job that ends the node that runs it.")
  private boolean withoutPoison;

  @Option(names = "--dir", paramLabel = "D", description = "A new directory; it is kept.")
  private Optional<Path> dir = Optional.empty();

  @Option(
      names = "--fail-over",
      description = "Measure instead how long the cluster stands still when nodes die or leave.")
  private boolean failOver;

  @Option(
      names = "--apart",
      split = ",",
      paramLabel = "S",
      description = {
        "With --fail-over: measure only the deaths of two of three nodes, so many",
        "seconds apart, e.g. 0,5,30."
      })
  private List<Integer> apart = List.of();

  @Override
  public Integer call() throws InterruptedException, SQLException {
    within("--minutes", minutes, 1, 10_000);
    within("--nodes", nodes, 2, 20);
    int count = jobs.orElse(80 * minutes);
    within("--jobs", count, 1, 1_000_000);
    int surveyCount = surveys.orElse(Math.min(MOST_SURVEYS, Math.max(2, minutes)));
    within("--surveys", surveyCount, 0, MOST_SURVEYS);
    if (apart.stream().anyMatch(seconds -> seconds < 0 || seconds > 120)) {
      throw CommandFailure.usage("--apart must be 0 to 120 seconds each");
    }
    if (!apart.isEmpty() && !failOver) {
      throw CommandFailure.usage("--apart needs --fail-over");
    }
    long number = seed.orElseGet(() -> System.currentTimeMillis() % 1_000_000);
    Path place = dir.orElse(Path.of("var/chaos-" + number));
    if (isUsed(place)) {
      throw CommandFailure.usage("--dir " + place + " holds something; give a new one");
    }
    try {
      return failOver ? failOver(place) : chaos(place, number, count, surveyCount);
    } catch (IOException e) {
      throw CommandFailure.failed("the chaos run could not go on: " + e.getMessage());
    }
  }

  private static void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw CommandFailure.usage("%s must be %d to %d".formatted(option, least, most));
    }
  }

  private int chaos(Path place, long number, int count, int surveyCount)
      throws IOException, InterruptedException, SQLException {
    Chaos.Plan plan =
        new Chaos.Plan(
            place,
            number,
            nodes,
            Duration.ofMinutes(minutes),
            20 * minutes,
            count,
            surveyCount,
            MOST_RUNS,
            !withoutPoison);
    return new Chaos(spec.commandLine().getOut(), plan).run();
  }

  private int failOver(Path place) throws IOException, InterruptedException, SQLException {
    return FailOver.measure(spec.commandLine().getOut(), place, part()).stream()
            .allMatch(FailOver.Figure::holds)
        ? 0
        : CommandFailure.WORK_FAILED;
  }

  private FailOver.Part part() {
    if (apart.isEmpty()) {
      return new FailOver.Part.Whole();
    }
    return new FailOver.Part.Staggered(apart.stream().map(Duration::ofSeconds).toList());
  }

  private static boolean isUsed(Path place) {
    if (!Files.exists(place)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(place)) {
      return entries.findAny().isPresent();
    } catch (IOException e) {
      throw CommandFailure.usage("--dir " + place + " cannot be read: " + e.getMessage());
    }
  }
}
