package refinery.certificates;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
  @TempDir private Path directory;

  /**
   * Whoever reads a key goes on with the one before after an IOException, and after nothing else.
   */
  @ParameterizedTest
  @ValueSource(strings = {"A", "AAAA=A", "MAA=", "!!!!", "", "MIGTAgEAMBMG"})
  void whatIsNoKeyIsRefusedWithItsFile(String body) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("key.pem"),
            "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n");
    assertThatThrownBy(() -> Pem.privateKey(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }
}
