package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.agent.Attempt;
import refinery.protocol.Resources;
import refinery.storage.LocalObjectStore;
import refinery.storage.ObjectStore;
import refinery.storage.ObjectStore.OutOfSpaceException;

class ReferenceCacheTest {
  private static final int SIZE = 1 << 20;

  @TempDir Path folder;
  private LocalObjectStore store;
  private Attempt attempt;

  @BeforeEach
  void openStore() throws IOException {
    store = LocalObjectStore.open(folder.resolve("store"));
    attempt = new TestAttempt(null, Resources.of(1000, 1 << 20, 1L << 30), folder);
  }

  private ReferenceCache open(long most) throws IOException {
    return ReferenceCache.open(folder.resolve("references"), OptionalLong.of(most));
  }

  /** A packed index of one file of a mebibyte. */
  private String index(String name) throws IOException, StepFailure {
    Path work = Files.createDirectories(folder.resolve("work-" + name));
    Files.createDirectories(work.resolve("index"));
    Files.write(
        work.resolve("index/seq.bin"), name.repeat(SIZE).getBytes(StandardCharsets.US_ASCII));
    new Pack()
        .run(
            new StepContext(
                attempt,
                new ScratchRoom(attempt),
                work,
                Map.of("files", "index", "to", "packed.tgz", "meta.species", name),
                List.of(),
                Map.of(),
                new HashMap<>(),
                List.of(),
                new ArrayList<>()));
    return store.put("", work.resolve("packed.tgz"), true).sha256();
  }

  private List<String> kept() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("references"))) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** Counts how often it is asked for a tarball. */
  private ObjectStore counting(AtomicInteger count) {
    return (ObjectStore)
        java.lang.reflect.Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("materialise")) {
                count.incrementAndGet();
              }
              try {
                return method.invoke(store, arguments);
              } catch (java.lang.reflect.InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void manyAttemptsShareWhatOneUnpacked() throws Exception {
    ReferenceCache cache = open(100L << 20);
    String index = index("a");
    AtomicInteger unpacked = new AtomicInteger();
    ObjectStore counted = counting(unpacked);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      Callable<Path> take =
          () -> {
            try (ReferenceCache.Lease lease = cache.lease(index, counted, attempt)) {
              assertThat(lease.manifest().metadata()).containsEntry("species", "a");
              assertThat(Files.size(lease.path().resolve("index/seq.bin"))).isEqualTo(SIZE);
              return lease.path();
            }
          };
      for (Future<Path> path : threads.invokeAll(java.util.Collections.nCopies(16, take))) {
        assertThat(path.get()).hasFileName(index);
      }
    }
    assertThat(unpacked).hasValue(1);
    assertThat(
            Files.getPosixFilePermissions(
                folder.resolve("references").resolve(index).resolve("index/seq.bin")))
        .doesNotContain(PosixFilePermission.OWNER_WRITE);
  }

  @Test
  void aStartKeepsTheWholeOnesAndRemovesDrafts() throws Exception {
    String index = index("a");
    open(100L << 20).lease(index, store, attempt).close();
    Files.createDirectories(folder.resolve("references/" + index + ".part1/files"));
    AtomicInteger unpacked = new AtomicInteger();
    ReferenceCache next = open(100L << 20);
    assertThat(kept()).containsExactly(index);
    next.lease(index, counting(unpacked), attempt).close();
    assertThat(unpacked).hasValue(0);
    Path file = folder.resolve("references/" + index + "/index/seq.bin");
    assertThat(file.toFile().setWritable(true)).isTrue();
    Files.writeString(file, "cut");
    open(100L << 20).lease(index, counting(unpacked), attempt).close();
    assertThat(unpacked).hasValue(1);
    assertThat(Files.size(file)).isEqualTo(SIZE);
  }

  @Test
  void theLeastRecentlyUsedGoesAndNoneThatIsInUse() throws Exception {
    ReferenceCache cache = open(5L << 19);
    String first = index("a");
    String second = index("b");
    String third = index("c");
    cache.lease(first, store, attempt).close();
    cache.lease(second, store, attempt).close();
    age(second);
    cache.lease(third, store, attempt).close();
    assertThat(kept()).containsExactlyInAnyOrder(first, third);
    try (ReferenceCache.Lease one = cache.lease(first, store, attempt);
        ReferenceCache.Lease other = cache.lease(third, store, attempt)) {
      assertThatThrownBy(() -> cache.lease(second, store, attempt))
          .isInstanceOf(OutOfSpaceException.class)
          .hasMessageContaining("no room for a reference");
      assertThat(one.path()).exists();
      assertThat(other.path()).exists();
    }
    assertThat(kept()).containsExactlyInAnyOrder(first, third);
  }

  /** Writes nothing until others have asked for room, as a slow disk would. */
  private record Slow(Attempt attempt, Path begun, CountDownLatch goOn, Path directory)
      implements InvocationHandler {
    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
      if (method.getName().equals("progressed") && isUnpacking()) {
        Files.writeString(begun, "");
        assertThat(goOn.await(2, TimeUnit.MINUTES)).isTrue();
      }
      try {
        return method.invoke(attempt, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }

    private boolean isUnpacking() throws IOException {
      try (Stream<Path> files = Files.walk(directory)) {
        return files.anyMatch(file -> file.endsWith("index/seq.bin"));
      }
    }
  }

  @Test
  void whatIsBeingUnpackedCountsAgainstTheLimit() throws Exception {
    ReferenceCache cache = open(3L << 19);
    String first = index("a");
    String second = index("b");
    CountDownLatch goOn = new CountDownLatch(1);
    Path begun = folder.resolve("begun");
    Attempt slow =
        (Attempt)
            Proxy.newProxyInstance(
                Attempt.class.getClassLoader(),
                new Class<?>[] {Attempt.class},
                new Slow(attempt, begun, goOn, folder.resolve("references")));
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<ReferenceCache.Lease> unpacking = thread.submit(() -> cache.lease(first, store, slow));
      org.awaitility.Awaitility.await()
          .atMost(java.time.Duration.ofMinutes(1))
          .until(() -> Files.exists(begun));
      assertThatThrownBy(() -> cache.lease(second, store, attempt).close())
          .isInstanceOf(OutOfSpaceException.class);
      goOn.countDown();
      unpacking.get().close();
    } finally {
      goOn.countDown();
    }
    cache.lease(second, store, attempt).close();
    assertThat(kept()).containsExactly(second);
  }

  @Test
  void whatCannotBeWrittenSaysNothingOfTheTarball() throws Exception {
    String index = index("a");
    Path tarball = folder.resolve("packed.tgz");
    store.materialise(index, tarball);
    Path to = Files.createDirectories(folder.resolve("to"));
    Files.writeString(to.resolve("index"), "a file where a directory belongs");
    assertThatThrownBy(
            () -> Unpack.verified(tarball, to, new ScratchRoom(attempt), attempt, coming -> {}))
        .isInstanceOf(IOException.class);
  }

  private void age(String index) throws IOException {
    Files.setLastModifiedTime(
        folder.resolve("references").resolve(index),
        java.nio.file.attribute.FileTime.from(Instant.EPOCH));
  }

  @Test
  void aDamagedTarballLeavesNothing() throws Exception {
    ReferenceCache cache = open(100L << 20);
    Path file = folder.resolve("no-index");
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(new byte[5000]);
    }
    String index = store.put("", file, true).sha256();
    assertThatThrownBy(() -> cache.lease(index, store, attempt)).isInstanceOf(StepFailure.class);
    assertThat(kept()).isEmpty();
  }

  @Test
  void aLargeIndexAsksForTheMemoryThatItNeeds() {
    Pipeline salmon = PipelineRegistry.load(Optional.empty()).find("salmon-quant").orElseThrow();
    InputSizes none = InputSizes.of(0, List.of(), Map.of());
    long unknown = salmon.demand().resolve(none).memory();
    assertThat(salmon.demand().resolve(none.withIndex(100L << 20)).memory()).isEqualTo(unknown);
    assertThat(salmon.demand().resolve(none.withIndex(16L << 30)).memory())
        .isGreaterThan(16L << 30);
  }
}
