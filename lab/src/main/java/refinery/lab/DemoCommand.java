package refinery.lab;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.demo.Demo;
import refinery.demo.DemoNode;

/** Runs the demonstration. */
@Command(
    name = "demo",
    description = "Survey, download, index and quantify a synthetic species on this machine.")
final class DemoCommand implements Callable<Integer> {
  private final DemoNode.Starter starter;
  @Spec private CommandSpec spec;

  @Option(names = "--dir", paramLabel = "D", defaultValue = "./var/demo", description = "Its data.")
  private Path dir = Path.of("var/demo");

  @Option(names = "--port", paramLabel = "P", defaultValue = "0", description = "0: a free one.")
  private int port;

  @Option(names = "--stay", description = "Keep the node and the dashboard up.")
  private boolean stay;

  DemoCommand(DemoNode.Starter starter) {
    this.starter = starter;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (port < 0 || port > 65_535) {
      throw CommandFailure.usage("--port must be 0 to 65535");
    }
    return new Demo(spec.commandLine().getOut(), starter).run(dir, port, stay);
  }
}
