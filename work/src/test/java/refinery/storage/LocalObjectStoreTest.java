package refinery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.testing.SmallVolume;

class LocalObjectStoreTest implements ObjectStoreContract {
  @TempDir Path folder;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = LocalObjectStore.open(folder.resolve("store"));
  }

  @Override
  public ObjectStore store() {
    return store;
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public void damage(String key) throws IOException {
    Path file = folder.resolve("store/objects/" + key.substring(0, 2) + "/" + key.substring(2, 4));
    file = file.resolve(key);
    Files.delete(file);
    Files.writeString(file, "hellO");
  }

  /** What this process has hashed is read again only when the file is not as it was. */
  @Test
  void hashesWhatItHasHashedOnlyWhenItChanged() throws IOException {
    List<Path> hashed = new ArrayList<>();
    LocalObjectStore counting =
        LocalObjectStore.open(
            folder.resolve("store"),
            file -> {
              hashed.add(file);
              return Sha256.of(file);
            });
    Path written = Files.writeString(folder.resolve("written"), "hello");
    Digested digested = Digested.of(written, HELLO);
    String key = counting.put("job-1", digested).key();
    assertThat(hashed).isEmpty();
    counting.materialise(key, folder.resolve("first"));
    counting.materialise(key, folder.resolve("second"));
    assertThat(hashed).isEmpty();
    assertThat(folder.resolve("second")).hasContent("hello");

    Files.delete(folder.resolve("second"));
    counting.materialise(key, folder.resolve("third"));
    assertThat(hashed).as("a link was removed: the file's own time has changed").hasSize(1);
    counting.materialise(key, folder.resolve("fourth"));
    assertThat(hashed).hasSize(1);

    store.materialise(key, folder.resolve("elsewhere"));
    counting.materialise(key, folder.resolve("fifth"));
    assertThat(hashed).as("another process has linked it").hasSize(2);
  }

  /** With its old time and length, through a link that a tool has been given. */
  @Test
  void whatWasWrittenToSinceItWasHashedIsDamaged() throws IOException {
    Path first = folder.resolve("first");
    String key = store.put("job-1", Files.writeString(folder.resolve("a"), "hello"), true).key();
    store.materialise(key, first);
    FileTime time = Files.getLastModifiedTime(first);
    Files.setPosixFilePermissions(first, PosixFilePermissions.fromString("rw-r--r--"));
    Files.writeString(first, "hellO");
    Files.setLastModifiedTime(first, time);
    assertThatThrownBy(() -> store.materialise(key, folder.resolve("second")))
        .isInstanceOf(ObjectStore.DamagedObjectException.class);
  }

  /** As when many jobs have equal outputs, and one of them is another's input. */
  @Test
  void aFileThatIsReplacedByItsEqualCanBeLinkedMeanwhile() throws Exception {
    Path source = Files.writeString(folder.resolve("source"), "hello");
    HashedFiles files = new HashedFiles(Sha256::of);
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger replaced = new AtomicInteger();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              try {
                while (!over.get()) {
                  Path next = Files.writeString(folder.resolve("next"), "hello");
                  Files.move(next, source, StandardCopyOption.ATOMIC_MOVE);
                  replaced.incrementAndGet();
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try {
      for (int link = 0; link < 20_000 || replaced.get() < 1_000; link++) {
        Path target = folder.resolve("target");
        assertThat(files.link(source, target)).isEqualTo(HELLO);
        Files.delete(target);
      }
    } finally {
      over.set(true);
    }
    writer.get(30, TimeUnit.SECONDS);
  }

  @Test
  void aFileThatChangedAfterItWasDigestedIsHashed() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "hello");
    Digested digested = Digested.of(file, HELLO);
    Files.delete(file);
    Files.writeString(file, "hellO");
    assertThat(store.put("job-1", digested).sha256()).isEqualTo(Sha256.of("hellO"));
  }

  @Test
  void materialisesAcrossFileSystems() throws IOException {
    try (SmallVolume volume = SmallVolume.mount("4m")) {
      store.put("", Files.writeString(folder.resolve("a"), "hello"), true);
      Path target = volume.path().resolve("target");
      store.materialise(HELLO, target);
      assertThat(target).hasContent("hello");
    }
  }

  @Test
  void aFullVolumeLeavesNothingBehind() throws IOException {
    Path big = folder.resolve("big");
    Files.write(big, new byte[3 << 20]);
    try (SmallVolume volume = SmallVolume.mount("1m")) {
      LocalObjectStore small = LocalObjectStore.open(volume.path().resolve("store"));
      assertThatThrownBy(() -> small.put("", big, true))
          .isInstanceOf(ObjectStore.OutOfSpaceException.class)
          .hasMessageContaining("no space left below");
      assertThat(big).exists();
      List<ObjectStore.Listed> left = new ArrayList<>();
      small.list(left::add);
      assertThat(left).isEmpty();
    }
  }
}
