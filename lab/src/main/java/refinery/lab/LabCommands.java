package refinery.lab;

import java.util.List;
import picocli.CommandLine;
import refinery.bench.PlacementCommand;
import refinery.demo.DemoNode;

/** The commands that try Refinery and measure it. */
public final class LabCommands {
  private LabCommands() {}

  /**
   * All commands, in the order of the help.
   *
   * @param starter starts a node in this JVM
   */
  public static List<CommandLine> all(DemoNode.Starter starter) {
    CommandLine bench =
        new CommandLine(new BenchCommand())
            .addSubcommand(new BenchCommand.Jobs())
            .addSubcommand(new BenchSamplesCommand(starter))
            .addSubcommand(new BenchSurveyCommand())
            .addSubcommand(new PlacementCommand());
    return List.of(
        new CommandLine(new DemoCommand(starter)),
        bench,
        new CommandLine(new ChaosCommand()),
        new CommandLine(new LocalArchiveCommand()));
  }
}
