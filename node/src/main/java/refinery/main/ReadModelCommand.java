package refinery.main;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;

/** Compares the read rows of a stopped node with its journal, or makes them anew. */
@Command(name = "read-model", description = "Verify or rebuild the read rows from the journal.")
final class ReadModelCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "verify|rebuild",
      description = "Compare the rows with the journal, or write them anew.")
  private String act = "";

  @Option(names = "--dir", paramLabel = "D", defaultValue = "./var", description = "A node's data.")
  private Path dir = Path.of("var");

  @Option(names = "--db", paramLabel = "JDBC_URL", description = "Default: the one below --dir.")
  private Optional<String> db = Optional.empty();

  @Override
  public Integer call() {
    if (!act.matches("verify|rebuild")) {
      throw CommandFailure.usage("'" + act + "' is neither verify nor rebuild");
    }
    return ReadModelMain.run(
        ReadModelMain.Act.valueOf(act.toUpperCase(Locale.ROOT)),
        dir,
        db,
        spec.commandLine().getOut());
  }
}
