package refinery.main;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/** Command lines as a shell and as the program read them. */
public final class CommandLines {
  private static final CommandLine PROGRAM = RefineryCommand.tree();

  private CommandLines() {}

  /**
   * The words that bash gives the program with which the line begins. Nothing is run: the program
   * is a function, and no other is found.
   */
  public static List<String> words(String program, String line) {
    String script =
        "PATH=; HOME=/nobody; %s() { printf '%%s\\0' \"$@\"; }\n%s".formatted(program, line);
    try {
      Process bash =
          new ProcessBuilder("bash", "--norc", "-c", script).redirectErrorStream(true).start();
      bash.getOutputStream().close();
      String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.asList(said.split("\0"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Throws picocli's exception if the program would refuse these words. */
  public static void parse(List<String> words) {
    PROGRAM.parseArgs(words.toArray(String[]::new));
  }
}
