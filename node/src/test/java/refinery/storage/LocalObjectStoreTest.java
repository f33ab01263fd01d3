package refinery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
