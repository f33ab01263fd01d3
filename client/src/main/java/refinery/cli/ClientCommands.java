package refinery.cli;

import java.util.List;
import picocli.CommandLine;

/** The commands that a node's HTTP API serves. */
public final class ClientCommands {
  private ClientCommands() {}

  /** In the order of the help. */
  public static List<CommandLine> all() {
    return List.of(
        new CommandLine(new SurveyCommand()),
        new CommandLine(new ScheduleCommand()),
        new CommandLine(new ListCommands.Surveys()),
        new CommandLine(new ListCommands.Batches()),
        new CommandLine(new SearchCommand()),
        new CommandLine(new ListCommands.Jobs()),
        new CommandLine(new ListCommands.Nodes()),
        new CommandLine(new PipelinesCommand()),
        new CommandLine(new ActCommands.Show()),
        new CommandLine(new ActCommands.Plan()),
        new CommandLine(new ActCommands.Logs()),
        new CommandLine(new ChangeCommands.Retry()),
        new CommandLine(new ChangeCommands.Answer()),
        new CommandLine(new ChangeCommands.Reprocess()),
        new CommandLine(new ChangeCommands.Release()),
        new CommandLine(new ChangeCommands.Cancel()),
        new CommandLine(new ChangeCommands.Priority()),
        new CommandLine(new ChangeCommands.Drain()),
        new CommandLine(new ChangeCommands.Undrain()),
        new CommandLine(new WatchCommand()),
        new CommandLine(new LoginCommand()),
        new CommandLine(new LoginCommand.Logout()),
        new CommandLine(new TokenCommand()),
        new CommandLine(new AuditCommand()),
        new CommandLine(new DatasetCommand()),
        new CommandLine(new FetchCommand()),
        new CommandLine(new CrateCommand()),
        new CommandLine(new ReproduceCommand()),
        new CommandLine(new MetadataCommand()));
  }
}
