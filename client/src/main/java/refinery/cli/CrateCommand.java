package refinery.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;

/** Saves a batch's RO-Crate. */
@Command(
    name = "crate",
    description = {
      "Save how a batch's outputs were made, as an RO-Crate: a zip with every step, the pipeline's",
      "file, the logs and the small outputs; larger ones by address and digest."
    })
final class CrateCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private final Connection connection = new Connection();

  @Parameters(paramLabel = "BATCH", description = "The id of a batch that is done.")
  private String id = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write to this file (default: BATCH.crate.zip in the working directory).")
  private Optional<Path> file = Optional.empty();

  @Override
  public void run() {
    String path = Resource.of(id).require(id, "batch").path() + "/crate";
    Path target = file.orElseGet(() -> Path.of(id + ".crate.zip"));
    try (InputStream in = connection.client().stream(path, false)) {
      StagedFile.save(in, target);
    } catch (IOException e) {
      throw new CommandFailure(
          CommandFailure.UNREACHABLE, "the crate broke off: " + e.getMessage());
    }
    spec.commandLine().getOut().println(target);
  }
}
