package refinery.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import refinery.storage.ObjectStore.Listed;
import refinery.storage.ObjectStore.StoredObject;

/** What every kind of object store must do. */
interface ObjectStoreContract {
  String HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  ObjectStore store();

  Path folder();

  /** Changes the stored bytes behind the store's back. */
  void damage(String key) throws IOException;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder().resolve(name), text);
  }

  private List<Listed> listed() throws IOException {
    List<Listed> all = new ArrayList<>();
    store().list(all::add);
    return all;
  }

  private String read(String key) throws IOException {
    try (SeekableByteChannel channel = store().open(key).orElseThrow()) {
      return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
    }
  }

  @Test
  default void anObjectIsAddressedByItsDigest() throws IOException {
    Path file = file("a", "hello");
    StoredObject stored = store().put("", file, false);
    assertThat(stored).isEqualTo(new StoredObject(HELLO, HELLO, 5));
    assertThat(file).exists();
    assertThat(read(HELLO)).isEqualTo("hello");
    assertThat(listed()).extracting(Listed::key).containsExactly(HELLO);
  }

  @Test
  default void aNamespaceKeepsObjectsApart() throws IOException {
    StoredObject stored = store().put("job-1", file("a", "hello"), true);
    assertThat(stored.key()).isEqualTo("job-1/" + HELLO);
    assertThat(folder().resolve("a")).doesNotExist();
    assertThat(store().open(HELLO)).isEmpty();
    assertThat(store().open("job-2/" + HELLO)).isEmpty();
    assertThat(read("job-1/" + HELLO)).isEqualTo("hello");
  }

  @Test
  default void puttingAgainRenewsTheTimeAndSoSurvivesASweep() throws IOException {
    store().put("", file("a", "hello"), false);
    Instant first = listed().getFirst().modifiedAt();
    store().put("", file("b", "hello"), true);
    assertThat(listed()).hasSize(1);
    assertThat(listed().getFirst().modifiedAt()).isAfterOrEqualTo(first);
    assertThat(store().deleteUnlessRenewed(HELLO, Instant.now().minusSeconds(60))).isFalse();
    assertThat(read(HELLO)).isEqualTo("hello");
    assertThat(store().deleteUnlessRenewed(HELLO, Instant.now().plusSeconds(60))).isTrue();
    assertThat(store().open(HELLO)).isEmpty();
    assertThat(listed()).isEmpty();
  }

  @Test
  default void materialisesVerifiedAndReadOnly() throws IOException {
    store().put("", file("a", "hello"), true);
    Path target = folder().resolve("target");
    store().materialise(HELLO, target);
    assertThat(target).hasContent("hello");
    assertThat(Files.getPosixFilePermissions(target).toString()).doesNotContain("WRITE");
    Files.delete(target);
    assertThat(read(HELLO)).isEqualTo("hello");
  }

  @Test
  default void aDamagedObjectIsSetAside() throws IOException {
    store().put("", file("a", "hello"), true);
    damage(HELLO);
    Path target = folder().resolve("target");
    assertThatThrownBy(() -> store().materialise(HELLO, target))
        .isInstanceOf(ObjectStore.DamagedObjectException.class)
        .hasMessageContaining(HELLO);
    assertThat(target).doesNotExist();
    assertThat(store().open(HELLO)).isEmpty();
    store().put("", file("again", "hello"), true);
    store().materialise(HELLO, target);
    assertThat(target).hasContent("hello");
  }

  @Test
  default void whatIsNotThereIsSaid() {
    assertThatThrownBy(() -> store().materialise(HELLO, folder().resolve("target")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(HELLO);
  }

  @Test
  default void hostileKeysNeverBecomePaths() throws IOException {
    Path file = file("a", "hello");
    for (String key : List.of("../../etc/passwd", "job-1/../" + HELLO, "", "/", "staging/../x")) {
      assertThatThrownBy(() -> store().open(key)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> store().delete(key)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> store().put("..", file, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(listed()).isEmpty();
  }

  @Test
  default void linksAreNotStored() throws IOException {
    Path link = Files.createSymbolicLink(folder().resolve("link"), file("a", "hello"));
    assertThatThrownBy(() -> store().put("", link, true)).isInstanceOf(IOException.class);
  }

  @Test
  default void manyWritersOfOneObjectLeaveOne() throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      files.add(file("w" + i, "hello"));
    }
    IntStream.range(0, files.size())
        .parallel()
        .forEach(
            i -> {
              try {
                store().put("", files.get(i), i % 2 == 0);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    assertThat(listed()).extracting(Listed::key).containsExactly(HELLO);
  }

  @Test
  default void freeSpaceIsKnown() throws IOException {
    assertThat(store().free()).isPositive();
  }
}
