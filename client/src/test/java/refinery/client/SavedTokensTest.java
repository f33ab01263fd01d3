package refinery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SavedTokensTest {
  @TempDir private Path home;
  private SavedTokens saved;

  @BeforeEach
  void open() {
    saved = new SavedTokens(Map.of("XDG_CONFIG_HOME", home.toString()));
  }

  @Test
  void aTokenIsFoundByItsAddressUntilItIsForgotten() {
    assertThat(saved.find("https://one.example")).isEmpty();
    saved.keep("https://one.example/", "secret-1");
    saved.keep("http://127.0.0.1:8080", "secret-2");
    assertThat(saved.find("HTTPS://ONE.example:443")).contains("secret-1");
    assertThat(saved.find("http://127.0.0.1:8080/")).contains("secret-2");
    assertThat(saved.forget("https://one.example")).isTrue();
    assertThat(saved.forget("https://one.example")).isFalse();
    assertThat(saved.find("https://one.example")).isEmpty();
    assertThat(saved.find("http://127.0.0.1:8080")).contains("secret-2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://one.example",
        "https://one.example:8443",
        "https://one.example.evil.example",
        "https://user@two.example",
        "no address"
      })
  void itIsSentToNoOtherAddress(String url) {
    saved.keep("https://one.example", "secret-1");
    assertThat(saved.find(url)).isEmpty();
  }

  @Test
  void onlyItsOwnerReadsTheFile() throws Exception {
    saved.keep("https://one.example", "secret-1");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(saved.file())))
        .isEqualTo("rw-------");
    Files.setPosixFilePermissions(saved.file(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> saved.find("https://one.example"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("chmod 600");
  }

  @Test
  void aLinkInItsPlaceIsNotFollowed() throws Exception {
    saved.keep("https://one.example", "secret-1");
    Path moved = Files.move(saved.file(), home.resolve("elsewhere"));
    Files.createSymbolicLink(saved.file(), moved);
    assertThatThrownBy(() -> saved.find("https://one.example")).isInstanceOf(CommandFailure.class);
  }
}
