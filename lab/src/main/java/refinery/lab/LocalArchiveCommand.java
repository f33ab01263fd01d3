package refinery.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.Terminal;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.SraArchives;
import refinery.localarchive.SyntheticSpecies;

/** Serves a directory, or a generated species, in the way of ENA, NCBI and Ensembl. */
@Command(
    name = "local-archive",
    description = {
      "Serve a small archive of a synthetic species on loopback, until Ctrl-C.",
      "What it prints can be put into a file for refinery node --config FILE."
    })
final class LocalArchiveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--port", paramLabel = "P", defaultValue = "0", description = "0: a free one.")
  private int port;

  @Option(
      names = "--dir",
      paramLabel = "D",
      defaultValue = "./var/archive",
      description = "A tree to serve; generated when it is empty.")
  private Path dir = Path.of("var/archive");

  @Override
  public Integer call() throws InterruptedException {
    if (port < 0 || port > 65_535) {
      throw CommandFailure.usage("--port must be 0 to 65535");
    }
    try {
      if (!Files.isDirectory(dir.resolve("api")) || Files.exists(dir.resolve("complete"))) {
        SyntheticSpecies species = SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);
        ArchiveTree.write(dir, species, SraArchives.toolsInstalled());
      }
      serve();
      return 0;
    } catch (IOException e) {
      throw CommandFailure.failed("cannot serve " + dir + ": " + e.getMessage());
    }
  }

  private void serve() throws IOException {
    try (LocalArchive archive = LocalArchive.start(dir, port)) {
      archive
          .configuration()
          .forEach(
              (key, value) ->
                  spec.commandLine().getOut().println("%s = \"%s\"".formatted(key, value)));
      spec.commandLine().getOut().println("# ready http=127.0.0.1:" + archive.port());
      spec.commandLine().getOut().flush();
      CountDownLatch end = new CountDownLatch(1);
      while (!Terminal.pause(end, java.time.Duration.ofDays(1))) {
        spec.commandLine().getOut().flush();
      }
    }
  }
}
