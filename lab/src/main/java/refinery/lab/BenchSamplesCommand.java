package refinery.lab;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.demo.DemoNode;
import refinery.sidebyside.SideBySide;

/** Compares a node with the script that a user would write. */
@Command(
    name = "samples",
    description =
        "Quantify N synthetic runs with a node and with a shell script (curl, md5sum, salmon under"
            + " xargs) on this machine, and compare.")
final class BenchSamplesCommand implements Callable<Integer> {
  private final DemoNode.Starter starter;
  @Spec private CommandSpec spec;

  @Option(names = "--count", paramLabel = "N", required = true, description = "Runs a round.")
  private int count;

  @Option(
      names = "--mib",
      paramLabel = "M",
      defaultValue = "0",
      description = "Least size of a compressed file; without it 6000 reads.")
  private int mebibytes;

  @Option(
      names = "--rounds",
      paramLabel = "R",
      defaultValue = "3",
      description = "Script and node in turn so many times, with other runs; medians. Default: 3.")
  private int rounds;

  @Option(
      names = "--dir",
      paramLabel = "D",
      defaultValue = "./var/bench",
      description = "Its data.")
  private Path dir = Path.of("var/bench");

  BenchSamplesCommand(DemoNode.Starter starter) {
    this.starter = starter;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (count < 1 || count > 10_000) {
      throw CommandFailure.usage("--count must be 1 to 10000");
    }
    if (mebibytes < 0 || mebibytes > 1024) {
      throw CommandFailure.usage("--mib must be 0 to 1024");
    }
    if (rounds < 1 || rounds > 20) {
      throw CommandFailure.usage("--rounds must be 1 to 20");
    }
    return new SideBySide(spec.commandLine().getOut(), starter)
        .run(dir, new SideBySide.Size(count, (long) mebibytes << 20, rounds));
  }
}
