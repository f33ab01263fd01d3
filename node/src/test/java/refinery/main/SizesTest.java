package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No file of the main sources has more than 400 lines and no method more than 40. */
class SizesTest {
  @TempDir Path dir;

  @Test
  void nothingIsTooLong() throws Exception {
    assertThat(over()).isEmpty();
  }

  @Test
  void longOnesAreNamed() throws Exception {
    write("Short", 38, 0);
    write("LongMethod", 39, 0);
    write("LongFile", 1, 400);
    assertThat(over(dir.toString()).lines().map(line -> line.replaceFirst(".*/", "")))
        .containsExactlyInAnyOrder("LongMethod.java:2 method", "LongFile.java");
  }

  private void write(String name, int statements, int fields) throws IOException {
    Files.writeString(
        dir.resolve(name + ".java"),
        "class "
            + name
            + " {\n  void method() {\n"
            + "    step();\n".repeat(statements)
            + "  }\n"
            + "  int field;\n".repeat(fields)
            + "}\n");
  }

  private static String over(String... directories) throws Exception {
    ProcessBuilder script = new ProcessBuilder(Path.of("..", "docs", "sizes").toString(), "--over");
    script.command().addAll(List.of(directories));
    Process process = script.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(said.isEmpty() ? 0 : 1);
    return said;
  }
}
