package refinery.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Runs R where it and a package are installed. A test that needs them is skipped elsewhere. */
public final class LiveR {
  private LiveR() {}

  /**
   * Runs a script whose first word is {@code library(PACKAGE)}, in a folder.
   *
   * @param debian the package that has it
   */
  public static void run(Path folder, String name, String debian, String script)
      throws IOException, InterruptedException {
    assumeTrue(
        installed(folder, name),
        "SKIPPED: no live comparison, as Rscript with %s is not installed (apt-get install %s)"
            .formatted(name, debian));
    Files.writeString(
        folder.resolve("run.R"), "suppressMessages(library(" + name + "))\n" + script);
    Path log = folder.resolve("run.log");
    int code = finish(folder, log, "Rscript", "--vanilla", "run.R");
    assertThat(code).as(() -> text(log)).isZero();
  }

  private static boolean installed(Path folder, String name) throws InterruptedException {
    try {
      String ask = "quit(status = if (nzchar(system.file(package = '%s'))) 0 else 1)";
      return finish(
              folder, folder.resolve("ask.log"), "Rscript", "--vanilla", "-e", ask.formatted(name))
          == 0;
    } catch (IOException e) {
      return false;
    }
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
      assertThat(process.waitFor(3, TimeUnit.MINUTES)).as(Arrays.toString(command)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** What R wrote by {@code writeBin(as.double(x), file, endian = "little")}. */
  public static double[] doubles(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    double[] values = new double[bytes.remaining() / Double.BYTES];
    bytes.asDoubleBuffer().get(values);
    return values;
  }

  /** Writes columns for R's {@code matrix(readBin(file, "double", n = ...), nrow = ...)}. */
  static void write(Path file, double[]... columns) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Arrays.stream(columns).mapToInt(c -> c.length).sum() * Double.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (double[] column : columns) {
      for (double value : column) {
        bytes.putDouble(value);
      }
    }
    Files.write(file, bytes.array());
  }
}
