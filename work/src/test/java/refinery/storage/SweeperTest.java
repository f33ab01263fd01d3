package refinery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.JobId;
import refinery.protocol.query.WantedBytes;

class SweeperTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final StorageConfig CONFIG = StorageConfig.from(ConfigFactory.load("storage"));

  @TempDir Path folder;
  private final Set<String> listed = new HashSet<>();
  private final Set<JobId> wanted = new HashSet<>();
  private boolean away;
  private final AtomicInteger defects = new AtomicInteger();
  private final WantedBytes bytes =
      new WantedBytes() {
        @Override
        public CompletableFuture<Set<String>> listed(Collection<String> digests) {
          return of(digests, listed);
        }

        @Override
        public CompletableFuture<Set<JobId>> wantRawData(Collection<JobId> downloads) {
          return of(downloads, wanted);
        }

        private <T> CompletableFuture<Set<T>> of(Collection<T> asked, Set<T> known) {
          if (defects.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new StackOverflowError("a defect");
          }
          return away
              ? CompletableFuture.failedFuture(new IllegalStateException("away"))
              : CompletableFuture.completedFuture(
                  asked.stream().filter(known::contains).collect(Collectors.toSet()));
        }
      };
  private LocalObjectStore temporary;
  private LocalObjectStore permanent;

  @BeforeEach
  void open() throws IOException {
    temporary = LocalObjectStore.open(folder.resolve("temporary"));
    permanent = LocalObjectStore.open(folder.resolve("permanent"));
  }

  private String put(LocalObjectStore store, String namespace, String text) throws IOException {
    return store.put(namespace, Files.writeString(folder.resolve("f"), text), true).key();
  }

  private Sweeper.Swept sweepAfter(Duration age) throws Exception {
    return new Sweeper(temporary, permanent, bytes, CONFIG.sweep(), () -> Instant.now().plus(age))
        .sweep();
  }

  @Test
  void removesOldPermanentObjectsThatNoEventLists() throws Exception {
    String kept = put(permanent, "", "kept");
    String garbage = put(permanent, "", "garbage");
    listed.add(kept);
    assertThat(sweepAfter(Duration.ofHours(23))).isEqualTo(Sweeper.Swept.NOTHING);
    assertThat(sweepAfter(Duration.ofHours(25))).isEqualTo(new Sweeper.Swept(1, 7));
    assertThat(permanent.open(kept).isPresent()).isTrue();
    assertThat(permanent.open(garbage)).isEmpty();
  }

  @Test
  void removesRawDataThatNoDownloadWants() throws Exception {
    String kept = put(temporary, "job-wanted", "a");
    String gone = put(temporary, "job-unwanted", "b");
    String foreign = put(temporary, "somebody", "c");
    wanted.add(JobId.of("job-wanted"));
    assertThat(sweepAfter(Duration.ofMinutes(11)).objects()).isEqualTo(1);
    assertThat(temporary.open(kept).isPresent()).isTrue();
    assertThat(temporary.open(gone)).isEmpty();
    assertThat(folder.resolve("temporary/spaces/job-unwanted")).doesNotExist();
    assertThat(temporary.open(foreign).isPresent()).isTrue();
    assertThat(sweepAfter(Duration.ofHours(25)).objects()).isEqualTo(1);
    assertThat(temporary.open(foreign)).isEmpty();
  }

  @Test
  void removesAbandonedStagingFiles() throws Exception {
    Path staged = folder.resolve("permanent/staging/00000000-0000-0000-0000-000000000001");
    Files.writeString(staged, "half");
    Files.setLastModifiedTime(staged, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    assertThat(sweepAfter(Duration.ZERO).objects()).isZero();
    assertThat(sweepAfter(Duration.ofHours(6)).objects()).isEqualTo(1);
    assertThat(staged).doesNotExist();
  }

  @Test
  void removesNothingWhenTheReadModelIsAway() throws Exception {
    away = true;
    String object = put(permanent, "", "x");
    Sweeper sweeper =
        new Sweeper(
            temporary,
            permanent,
            bytes,
            CONFIG.sweep(),
            () -> Instant.now().plus(Duration.ofDays(2)));
    assertThatThrownBy(sweeper::sweep).hasMessageContaining("away");
    assertThat(permanent.open(object).isPresent()).isTrue();
  }

  private static StorageConfig.Sweep every(Duration interval) {
    return new StorageConfig.Sweep(
        interval, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofHours(1));
  }

  @Test
  void anErrorInOnePassDoesNotEndTheLaterOnes() throws Exception {
    defects.set(2);
    String garbage = put(permanent, "", "garbage");
    try (AutoCloseable sweeping = start(every(Duration.ofMillis(10)))) {
      Awaitility.await().atMost(PATIENCE).until(() -> permanent.open(garbage).isEmpty());
    }
    assertThat(defects).hasValue(0);
  }

  /** On a small volume the next downloads wait for these bytes. */
  @Test
  void rawDataThatNobodyWantsGoesLongBeforeTheNextWholePass() throws Exception {
    String kept = put(temporary, "job-wanted", "a");
    String gone = put(temporary, "job-unwanted", "b");
    String artifact = put(permanent, "", "unlisted");
    wanted.add(JobId.of("job-wanted"));
    defects.set(1);
    try (AutoCloseable sweeping = start(every(Duration.ofDays(1)))) {
      Awaitility.await().atMost(PATIENCE).until(() -> temporary.open(gone).isEmpty());
    }
    assertThat(temporary.open(kept).isPresent()).isTrue();
    assertThat(permanent.open(artifact).isPresent()).as("left to the whole pass").isTrue();
  }

  private AutoCloseable start(StorageConfig.Sweep rules) {
    return new Sweeper(temporary, permanent, bytes, rules, InstantSource.system())
        .start(Duration.ofMillis(10));
  }

  @Test
  void theDefaultsAreThoseOfTheFile() {
    assertThat(CONFIG)
        .isEqualTo(
            new StorageConfig(
                Optional.empty(),
                Optional.empty(),
                new S3Config(
                    Optional.empty(),
                    Optional.empty(),
                    false,
                    16 << 20,
                    4,
                    2 << 20,
                    5,
                    64,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60)),
                new StorageConfig.Sweep(
                    Duration.ofMinutes(10),
                    Duration.ofHours(24),
                    Duration.ofSeconds(1),
                    Duration.ofHours(6))));
    var base = ConfigFactory.load("storage");
    assertThat(
            StorageConfig.from(
                    ConfigFactory.parseString("refinery.storage.permanent=\"s3://bkt/p\"")
                        .withFallback(base))
                .permanent())
        .contains(new StorageConfig.Place.Bucket(new S3Place("bkt", "p/")));
    assertThat(
            StorageConfig.from(
                    ConfigFactory.parseString("refinery.storage.temporary=\"file:///a/b\"")
                        .withFallback(base))
                .temporary())
        .contains(new StorageConfig.Place.Directory(Path.of("/a/b")));
  }
}
