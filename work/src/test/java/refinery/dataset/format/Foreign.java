package refinery.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs scripts of foreign readers where they are installed. A test that needs one is skipped
 * elsewhere; where everything must be installed (CI), it fails.
 */
public final class Foreign {
  private static final String PYTHON = "/usr/bin/python3";

  private Foreign() {}

  /**
   * Runs Debian's Python in a folder with the arguments; answers what it printed.
   *
   * @param modules that the script imports
   */
  public static String python(Path folder, String modules, String script, Object... arguments)
      throws IOException, InterruptedException {
    boolean installed = succeeds(folder, PYTHON, "-c", "import " + modules);
    if ("true".equals(System.getenv("CI"))) {
      assertThat(installed).as(PYTHON + " can import " + modules).isTrue();
    }
    assumeTrue(
        installed,
        "SKIPPED: not read back, as %s cannot import %s (apt-get install python3-anndata)"
            .formatted(PYTHON, modules));
    Files.writeString(folder.resolve("run.py"), script);
    return run(folder, command(List.of(PYTHON, "-W", "ignore", "run.py"), arguments));
  }

  /** Runs R in a folder. */
  static String r(Path folder, String library, String script, Object... arguments)
      throws IOException, InterruptedException {
    assumeTrue(
        succeeds(folder, "Rscript", "--vanilla", "-e", "library(" + library + ")"),
        "SKIPPED: not read back, as Rscript with %s is not installed".formatted(library));
    Files.writeString(folder.resolve("run.R"), script);
    return run(folder, command(List.of("Rscript", "--vanilla", "run.R"), arguments));
  }

  private static String[] command(List<String> words, Object... arguments) {
    List<String> command = new ArrayList<>(words);
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return command.toArray(String[]::new);
  }

  private static boolean succeeds(Path folder, String... command) throws InterruptedException {
    try {
      return finish(folder, folder.resolve("ask.log"), command) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String run(Path folder, String... command)
      throws IOException, InterruptedException {
    Path log = folder.resolve("run.log");
    int code = finish(folder, log, command);
    assertThat(code).as(Files.readString(log)).isZero();
    return Files.readString(log).strip();
  }

  private static int finish(Path folder, Path log, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(command[0] + " ends").isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
