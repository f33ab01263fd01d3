package refinery.main;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Model.CommandSpec;

/** Shows examples below the help of each command; {@code examples.txt} has them. */
final class Examples {
  private static final Map<String, List<String>> BY_COMMAND = read();

  private Examples() {}

  private static Map<String, List<String>> read() {
    Map<String, List<String>> found = new HashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(Examples.class.getResourceAsStream("examples.txt")),
                StandardCharsets.UTF_8))) {
      String command = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("[")) {
          command = line.substring(1, line.length() - 1);
        } else if (!line.startsWith("#")) {
          found.computeIfAbsent(command, name -> new ArrayList<>()).add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /** Of this command, without the program's name; empty when there are none. */
  static List<String> of(CommandSpec command) {
    return BY_COMMAND.getOrDefault(
        command.qualifiedName().replaceFirst("^refinery ?", ""), List.of());
  }

  /** Adds them to the help of a command that has no text there itself. */
  static void show(CommandSpec command) {
    List<String> examples = of(command);
    if (examples.isEmpty() || command.usageMessage().footer().length > 0) {
      return;
    }
    List<String> footer = new ArrayList<>(List.of("", "Examples:"));
    examples.forEach(example -> footer.add("  " + example.replace("%", "%%")));
    command.usageMessage().footer(footer.toArray(String[]::new));
  }
}
