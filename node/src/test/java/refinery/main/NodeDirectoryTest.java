package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.configuration.ConfigurationException;

/** A node's directory is its user's alone, and one process's at a time. */
class NodeDirectoryTest {
  private static final int NOBODY = 65534;

  @TempDir private Path temp;

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  private static void chmod(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private void assertRefused(Path directory, String words) {
    assertThatThrownBy(() -> NodeDirectory.open(directory))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("--dir: ")
        .hasMessageContaining(words)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aNewOneIsPrivateAndSoAreItsSecrets() throws IOException {
    Path directory = temp.resolve("a/b/node");
    try (NodeDirectory own = NodeDirectory.open(directory)) {
      Path token = own.writePrivately("token", "first");
      assertThat(own.writePrivately("token", "second")).isEqualTo(token);
      assertThat(mode(directory)).isEqualTo("rwx------");
      assertThat(mode(token)).isEqualTo("rw-------");
      assertThat(token).hasContent("second");
    }
  }

  @Test
  void oneThatOthersMayReadIsMadePrivate() throws IOException {
    chmod(temp, "rwxr-xr-x");
    try (NodeDirectory own = NodeDirectory.open(temp)) {
      assertThat(mode(own.path())).isEqualTo("rwx------");
    }
  }

  @Test
  void oneThatOthersMayWriteIsRefused() throws IOException {
    for (String mode : List.of("rwxrwxrwx", "rwxrwx---", "rwx----w-")) {
      chmod(temp, mode);
      assertRefused(temp, "other users may write");
    }
  }

  @Test
  void whatAnotherUserMadeIsRefused() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root to be another user");
    Path foreign = Files.createDirectory(temp.resolve("foreign"));
    Files.setAttribute(foreign, "unix:uid", NOBODY);
    assertRefused(foreign, "belongs to user");

    Path planted = Files.createDirectories(temp.resolve("planted/postgres"));
    Path password = Files.writeString(planted.resolve("password"), "known to another");
    Files.setAttribute(password, "unix:uid", NOBODY);
    assertRefused(temp.resolve("planted"), "password");
  }

  @Test
  void aLinkInPlaceOfTheLockIsNotFollowed() throws IOException {
    Path elsewhere = Files.writeString(temp.resolve("elsewhere"), "somebody's text");
    Path directory = Files.createDirectory(temp.resolve("node"));
    Files.createSymbolicLink(directory.resolve("node.lock"), elsewhere);
    assertRefused(directory, "cannot use");
    assertThat(elsewhere).hasContent("somebody's text");
  }

  @Test
  void theSecondIsToldWhoHoldsIt() throws IOException {
    try (NodeDirectory held = NodeDirectory.open(temp)) {
      assertRefused(
          held.path(), "is in use by process " + ProcessHandle.current().pid() + " since ");
    }
    NodeDirectory.open(temp).close();
  }
}
