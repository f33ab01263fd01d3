package refinery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One directory, two nodes: the contract holds whichever of them is asked. */
class SharedDirectoryTest implements ObjectStoreContract {
  @TempDir Path folder;
  private LocalObjectStore first;
  private LocalObjectStore second;
  private ObjectStore both;

  @BeforeEach
  void open() throws IOException {
    first = LocalObjectStore.open(folder.resolve("store"));
    second = LocalObjectStore.open(folder.resolve("store"));
    both = new Alternating(first, second);
  }

  @Override
  public ObjectStore store() {
    return both;
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public void damage(String key) throws IOException {
    Path file = folder.resolve("store/objects/" + key.substring(0, 2) + "/" + key.substring(2, 4));
    Files.delete(file.resolve(key));
    Files.writeString(file.resolve(key), "hellO");
  }

  /** Every call goes to the other node. */
  private record Alternating(ObjectStore one, ObjectStore other, AtomicInteger calls)
      implements ObjectStore {
    Alternating(ObjectStore one, ObjectStore other) {
      this(one, other, new AtomicInteger());
    }

    private ObjectStore next() {
      return calls.incrementAndGet() % 2 == 0 ? one : other;
    }

    @Override
    public StoredObject put(String namespace, Path file, boolean consume) throws IOException {
      return next().put(namespace, file, consume);
    }

    @Override
    public void materialise(String key, Path target) throws IOException {
      next().materialise(key, target);
    }

    @Override
    public Optional<SeekableByteChannel> open(String key) throws IOException {
      return next().open(key);
    }

    @Override
    public void list(Consumer<Listed> consumer) throws IOException {
      next().list(consumer);
    }

    @Override
    public void delete(String key) throws IOException {
      next().delete(key);
    }

    @Override
    public boolean deleteUnlessRenewed(String key, Instant since) throws IOException {
      return next().deleteUnlessRenewed(key, since);
    }

    @Override
    public long free() throws IOException {
      return next().free();
    }
  }

  @Test
  void aFileOfLongAgoIsStoredWithTheTimeOfNow() throws IOException {
    Path old = Files.writeString(folder.resolve("a"), "hello");
    Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH));
    first.put("", old, true);
    List<ObjectStore.Listed> listed = new ArrayList<>();
    second.list(listed::add);
    assertThat(listed.getFirst().modifiedAt()).isAfter(Instant.now().minus(Duration.ofHours(1)));
  }

  /** The other node removes the object, and so the directory, that this one is about to use. */
  @Test
  void aPutWinsOverASweeperOfAnotherNode() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      AtomicInteger left = new AtomicInteger(400);
      Future<Object> sweeping =
          threads.submit(
              () -> {
                while (left.get() > 0) {
                  second.deleteUnlessRenewed("job-1/" + HELLO, Instant.EPOCH);
                  second.delete("job-1/" + "2cf2" + "0".repeat(60));
                }
                return null;
              });
      Future<Object> putting =
          threads.submit(
              () -> {
                try {
                  for (; left.get() > 0; left.decrementAndGet()) {
                    first.put("job-1", Files.writeString(folder.resolve("a"), "hello"), true);
                    assertThat(first.open("job-1/" + HELLO)).isPresent();
                    second.delete("job-1/" + HELLO);
                  }
                } finally {
                  left.set(0);
                }
                return null;
              });
      finish(putting);
      finish(sweeping);
    }
  }

  private static void finish(Future<Object> task) throws InterruptedException {
    try {
      task.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  @Test
  void anotherNodeSeesOnlyWhatIsWhole() throws IOException {
    Path staged = folder.resolve("store/staging/00000000-0000-0000-0000-000000000001");
    Files.writeString(staged, "hel");
    assertThat(second.open(HELLO)).isEmpty();
    assertThatThrownBy(() -> second.materialise(HELLO, folder.resolve("t")))
        .isInstanceOf(IOException.class);
    first.put("", Files.writeString(folder.resolve("a"), "hello"), true);
    assertThat(second.open(HELLO)).isPresent();
  }
}
