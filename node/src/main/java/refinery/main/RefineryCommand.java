package refinery.main;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import refinery.cli.ClientCommands;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Terminal;
import refinery.lab.LabCommands;

/**
 * The program's entry. Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration, 3
 * cannot reach the node. Errors are one line on standard error.
 */
@Command(
    name = "refinery",
    description = "Surveys public archives and refines what they have.",
    mixinStandardHelpOptions = true,
    versionProvider = RefineryCommand.Version.class,
    subcommands = {
      NodeCommand.class,
      CertificatesCommand.class,
      ReadModelCommand.class,
      CompletionCommand.class
    })
public final class RefineryCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  public static void main(String[] args) {
    CompilerDirectives.load();
    // Of downloads; the JDK looks at it once, when the first client is made. Its own 16 KiB cost
    // more.
    System.getProperties().putIfAbsent("jdk.httpclient.bufsize", Integer.toString(1 << 16));
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, args));
  }

  /** Runs one command and returns its exit code. */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine line = tree();
    line.setOut(out);
    line.setErr(err);
    line.setParameterExceptionHandler(RefineryCommand::wrongUsage);
    line.setExecutionExceptionHandler(RefineryCommand::failed);
    int code = line.execute(args);
    out.flush();
    err.flush();
    return code;
  }

  /** The whole program: every command with its help. */
  static CommandLine tree() {
    CommandLine line = new CommandLine(new RefineryCommand());
    ClientCommands.all().forEach(line::addSubcommand);
    line.getSubcommands().get("pipelines").addSubcommand(new PipelinesCheckCommand());
    LabCommands.all(NodeMain::startDemo).forEach(line::addSubcommand);
    line.getSubcommands().values().forEach(RefineryCommand::withHelp);
    Examples.show(line.getCommandSpec());
    line.setUsageHelpWidth(Terminal.isInteractive() ? Math.clamp(Terminal.width(), 60, 120) : 80);
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            Terminal.isColoured() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    return line;
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getOut());
    return 0;
  }

  private static void withHelp(CommandLine command) {
    command.getCommandSpec().mixinStandardHelpOptions(true);
    command.getCommandSpec().versionProvider(new Version());
    Examples.show(command.getCommandSpec());
    command.getSubcommands().values().forEach(RefineryCommand::withHelp);
  }

  private static int wrongUsage(ParameterException error, String[] args) {
    CommandLine command = error.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    say(command, error.getMessage() + " (see '" + name + " --help')");
    return CommandFailure.USAGE;
  }

  private static int failed(Exception error, CommandLine command, CommandLine.ParseResult result) {
    if (error instanceof CommandFailure failure) {
      say(command, failure.getMessage());
      return failure.exitCode();
    }
    LoggerFactory.getLogger(RefineryCommand.class).debug("the command failed", error);
    String message = error.getMessage();
    say(command, message == null || message.isBlank() ? error.getClass().getName() : message);
    return CommandFailure.WORK_FAILED;
  }

  private static void say(CommandLine command, String message) {
    command.getErr().println("refinery: " + NodeClient.oneLine(message));
  }

  /** The version that the build stamped into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
      try (InputStream in =
          RefineryCommand.class.getResourceAsStream(
              "/META-INF/maven/refinery/node/pom.properties")) {
        Properties properties = new Properties();
        if (in != null) {
          properties.load(in);
        }
        return new String[] {"refinery " + properties.getProperty("version", "development")};
      }
    }
  }
}
