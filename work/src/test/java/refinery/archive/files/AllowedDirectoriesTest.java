package refinery.archive.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllowedDirectoriesTest {
  @TempDir Path folder;
  private Path inside;
  private Path outside;
  private AllowedDirectories allowed;

  @BeforeEach
  void create() throws IOException {
    inside = Files.createDirectories(folder.toRealPath().resolve("inside/a/b"));
    outside = Files.createDirectories(folder.toRealPath().resolve("outside/b"));
    Files.writeString(inside.resolve("reads"), "mine");
    Files.writeString(outside.resolve("reads"), "another's");
    allowed = new AllowedDirectories(List.of(folder.toRealPath().resolve("inside")));
  }

  private String text(Path real) throws IOException {
    try (SeekableByteChannel file = allowed.open(real)) {
      return new String(
          Channels.newInputStream(file).readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
    }
  }

  @Test
  void aFileIsOpenedByItsRealPath() throws Exception {
    Files.createSymbolicLink(inside.resolveSibling("link"), inside);
    Path real = allowed.file(inside.resolveSibling("link").resolve("reads").toString());
    assertThat(real).isEqualTo(inside.resolve("reads"));
    assertThat(text(real)).isEqualTo("mine");
    Files.writeString(folder.resolve("inside/top"), "too");
    assertThat(text(allowed.file(folder.toRealPath().resolve("inside/top").toString())))
        .isEqualTo("too");
  }

  @Test
  void aDirectoryOrFileThatBecomesALinkAfterTheLookIsNotFollowed() throws Exception {
    Path real = allowed.file(inside.resolve("reads").toString());
    Files.delete(real);
    Files.createSymbolicLink(real, outside.resolve("reads"));
    assertThatThrownBy(() -> text(real)).isInstanceOf(IOException.class);
    Files.delete(real);
    Files.delete(inside);
    Files.delete(inside.getParent());
    Files.createSymbolicLink(inside.getParent(), outside.getParent());
    assertThat(Files.readString(real)).isEqualTo("another's");
    assertThatThrownBy(() -> text(real)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> text(outside.resolve("reads")))
        .isInstanceOf(java.nio.file.AccessDeniedException.class);
  }
}
