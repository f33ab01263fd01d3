package refinery.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;

/**
 * Exports what archives say of a survey's batches. A file is written under a staging name and
 * renamed when it is whole.
 */
@Command(
    name = "metadata",
    description = "Export what the archives say of a survey's batches, as a table.")
final class MetadataCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private final Connection connection = new Connection();

  @Parameters(paramLabel = "SURVEY", description = "The id of a survey.")
  private String id = "";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "tsv",
      description =
          "tsv (what became of each, and the harmonised fields), amalgkit or refinebio (default:"
              + " ${DEFAULT-VALUE}).")
  private String format = "tsv";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write to this file instead of the terminal.")
  private Optional<Path> file = Optional.empty();

  @Override
  public void run() {
    String path =
        Resource.of(id).require(id, "survey").path()
            + "/metadata?format="
            + NodeClient.encoded(format);
    try (InputStream in = connection.client().stream(path, false)) {
      if (file.isPresent()) {
        StagedFile.save(in, file.get());
        spec.commandLine().getOut().println(file.get());
      } else {
        print(in);
      }
    } catch (IOException e) {
      throw new CommandFailure(
          CommandFailure.UNREACHABLE, "the table broke off: " + e.getMessage());
    }
  }

  private void print(InputStream in) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8);
    reader.transferTo(out);
    out.flush();
  }
}
