package refinery.main;

import java.util.ArrayList;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refinery completion}: prints what a shell needs to complete commands and options. */
@Command(
    name = "completion",
    description = "Print a script by which a shell completes commands and options.")
final class CompletionCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "bash|zsh|fish",
      description = "The shell. Put the line of the example into its start-up file.")
  private Shell shell = Shell.bash;

  /** The shells, as their users write them. */
  enum Shell {
    bash,
    zsh,
    fish
  }

  @Override
  public void run() {
    CommandLine program = spec.root().commandLine();
    spec.commandLine()
        .getOut()
        .print(
            switch (shell) {
              case bash -> AutoComplete.bash("refinery", program);
              case zsh ->
                  "autoload -Uz compinit bashcompinit; compinit; bashcompinit\n"
                      + AutoComplete.bash("refinery", program);
              case fish -> fish(program);
            });
    spec.commandLine().getOut().flush();
  }

  private static String fish(CommandLine program) {
    List<String> lines = new ArrayList<>(List.of("complete -c refinery -f"));
    addFish(program, "", lines);
    return String.join("\n", lines) + "\n";
  }

  private static void addFish(CommandLine command, String path, List<String> lines) {
    String names = String.join(" ", command.getSubcommands().keySet());
    String seen =
        path.isEmpty()
            ? "__fish_use_subcommand"
            : "__fish_seen_subcommand_from " + path.substring(path.lastIndexOf(' ') + 1);
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              String when =
                  path.isEmpty() ? seen : seen + "; and not __fish_seen_subcommand_from " + names;
              lines.add(
                  "complete -c refinery -n '%s' -a %s -d '%s'"
                      .formatted(
                          when, name, quoted(sub.getCommandSpec().usageMessage().description())));
              addFish(sub, path.isEmpty() ? name : path + " " + name, lines);
            });
    for (OptionSpec option : command.getCommandSpec().options()) {
      StringBuilder line = new StringBuilder("complete -c refinery -n '" + seen + "'");
      for (String name : option.names()) {
        line.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^--?", ""));
      }
      line.append(option.arity().max() > 0 ? " -r" : "");
      lines.add(line + " -d '" + quoted(option.description()) + "'");
    }
  }

  /** One line that a shell's single quotes can hold. */
  private static String quoted(String[] description) {
    return description.length == 0
        ? ""
        : description[0].replaceAll("[\\p{Cntrl}'\\\\]", "").replaceAll("\\$\\{[^}]*}", "");
  }
}
