package refinery.main;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import refinery.client.CommandFailure;
import refinery.client.Units;

/** Reads the options of a node and starts it. */
@Command(name = "node", description = "Start a node; without options a complete system.")
final class NodeCommand implements Callable<Integer> {
  private static final double MOST_CPUS = 100_000;

  @Option(names = "--dir", paramLabel = "D", defaultValue = "./var", description = "Its data.")
  private Path dir = Path.of("var");

  @Option(
      names = "--http",
      paramLabel = "H:P",
      defaultValue = "127.0.0.1:8080",
      description = "Where the API and the dashboard listen (default: ${DEFAULT-VALUE}).")
  private String http = "";

  @Option(
      names = "--management",
      paramLabel = "H:P",
      defaultValue = "127.0.0.1:8558",
      description = "Where health, metrics and inspection listen (default: ${DEFAULT-VALUE}).")
  private String management = "";

  @Option(
      names = "--artery",
      paramLabel = "H:P",
      defaultValue = "127.0.0.1:25520",
      description = "Where other nodes reach this one (default: ${DEFAULT-VALUE}).")
  private String artery = "";

  @Option(names = "--join", paramLabel = "H:P", split = ",", description = "Nodes of a cluster.")
  private List<String> join = List.of();

  @Option(names = "--roles", paramLabel = "R", split = ",", description = "Default: all.")
  private List<String> roles = List.of();

  @Option(names = "--cpus", paramLabel = "N", description = "Cpus that jobs may use, e.g. 1.5.")
  private Optional<String> cpus = Optional.empty();

  @Option(names = "--memory", paramLabel = "SIZE", description = "Memory for jobs, e.g. 8G.")
  private Optional<String> memory = Optional.empty();

  @Option(names = "--disk", paramLabel = "SIZE", description = "Scratch for jobs, e.g. 100G.")
  private Optional<String> disk = Optional.empty();

  @Option(names = "--db", paramLabel = "JDBC_URL", description = "Default: its own PostgreSQL.")
  private Optional<String> db = Optional.empty();

  @Option(names = "--set", paramLabel = "key=value", description = "Overrides configuration.")
  private List<String> sets = List.of();

  @Option(names = "--config", paramLabel = "FILE", description = "Configuration (HOCON).")
  private Optional<Path> config = Optional.empty();

  @Option(
      names = "--no-rejoin",
      description = {
        "End with exit code 1 when the cluster gave this node up. Default: start over",
        "at the same addresses; the line \"ready\" is printed once, \"rejoined\" on stderr."
      })
  private boolean noRejoin;

  @Override
  public Integer call() {
    return NodeMain.run(options(), !noRejoin);
  }

  NodeOptions options() {
    try {
      return new NodeOptions(
          dir,
          address("--http", http),
          address("--management", management),
          address("--artery", artery),
          join.stream().map(text -> address("--join", text)).toList(),
          Set.copyOf(roles),
          parsed("--cpus", cpus, NodeCommand::millicores),
          parsed("--memory", memory, Units::bytes),
          parsed("--disk", disk, Units::bytes),
          db,
          settings(),
          config);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
  }

  private static HostPort address(String option, String text) {
    try {
      return HostPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(option + ": " + e.getMessage());
    }
  }

  private static OptionalLong parsed(
      String option, Optional<String> text, ToLongFunction<String> parser) {
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(parser.applyAsLong(text.get()));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(option + ": " + e.getMessage());
    }
  }

  private static long millicores(String text) {
    if (text.matches("[0-9]{1,6}(\\.[0-9]{1,3})?")) {
      double count = Double.parseDouble(text);
      if (count > 0 && count <= MOST_CPUS) {
        return Math.round(count * 1_000);
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not a number of cpus like 4 or 1.5");
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String pair : sets) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw CommandFailure.usage("--set: '" + pair + "' is not key=value");
      }
      settings.put(pair.substring(0, equals).strip(), pair.substring(equals + 1));
    }
    return settings;
  }
}
