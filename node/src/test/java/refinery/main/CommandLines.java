package refinery.main;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine;

/** Command lines as a shell and as the program read them. */
public final class CommandLines {
  private static final CommandLine PROGRAM = RefineryCommand.tree();

  /** The program is a function that tells its words, and no other program is found. */
  private static final String SHELL =
      """
      PATH=; HOME=/nobody; exec 3>&1
      %s() { printf '%%s\\0' called $# "$@" >&3; }
      while IFS= read -r -d '' line; do
        printf '%%s\\0' line >&3
        (eval "$line") </dev/null >/dev/null 2>&1
      done
      """;

  private CommandLines() {}

  /** The words that bash gives the program with which the line begins. Nothing is run. */
  public static List<String> words(String program, String line) {
    List<List<String>> calls =
        calls(program, List.of(line), Path.of(System.getProperty("java.io.tmpdir"))).getFirst();
    if (calls.size() != 1) {
      throw new AssertionError(line + " calls " + program + " so often: " + calls.size());
    }
    return calls.getFirst();
  }

  /**
   * What bash makes of each line: the words of each call of the program in it; none where bash
   * cannot read the line. Nothing is run.
   *
   * @param directory takes the files that the lines would write
   */
  static List<List<List<String>>> calls(String program, List<String> lines, Path directory) {
    try {
      Process bash =
          new ProcessBuilder("bash", "--norc", "-c", SHELL.formatted(program))
              .directory(directory.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      Thread.ofVirtual().start(() -> tell(bash.getOutputStream(), lines));
      String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      List<List<List<String>>> all = new ArrayList<>();
      Iterator<String> words = Arrays.asList(said.split("\0", -1)).iterator();
      for (String word = words.next(); !word.isEmpty(); word = words.next()) {
        if (word.equals("line")) {
          all.add(new ArrayList<>());
        } else {
          List<String> call = new ArrayList<>();
          for (int left = Integer.parseInt(words.next()); left > 0; left--) {
            call.add(words.next());
          }
          all.getLast().add(call);
        }
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void tell(OutputStream bash, List<String> lines) {
    try (bash) {
      for (String line : lines) {
        bash.write((line + "\0").getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Throws picocli's exception if the program would refuse these words. */
  public static void parse(List<String> words) {
    PROGRAM.parseArgs(words.toArray(String[]::new));
  }
}
