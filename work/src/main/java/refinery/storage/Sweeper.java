package refinery.storage;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.JobId;
import refinery.protocol.query.WantedBytes;
import refinery.storage.ObjectStore.Listed;

/**
 * Removes objects that no event lists, raw data that no job wants, and unfinished files. Removes no
 * object while the read model does not answer. Runs on a thread of its own when started.
 */
public final class Sweeper {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final int CHUNK = 500;
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final ObjectStore temporary;
  private final ObjectStore permanent;
  private final WantedBytes bytes;
  private final StorageConfig.Sweep rules;
  private final InstantSource clock;

  public Sweeper(
      ObjectStore temporary,
      ObjectStore permanent,
      WantedBytes bytes,
      StorageConfig.Sweep rules,
      InstantSource clock) {
    this.temporary = temporary;
    this.permanent = permanent;
    this.bytes = bytes;
    this.rules = rules;
    this.clock = clock;
  }

  /** What a pass removed. */
  public record Swept(int objects, long bytes) {
    static final Swept NOTHING = new Swept(0, 0);

    Swept plus(Swept other) {
      return new Swept(objects + other.objects, bytes + other.bytes);
    }
  }

  /** Sweeps at the configured interval until closed. */
  public AutoCloseable start() {
    ScheduledExecutorService executor =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("storage-sweeper").daemon().factory());
    long pause = rules.interval().toMillis();
    var unused =
        executor.scheduleWithFixedDelay(this::sweepAndLog, pause, pause, TimeUnit.MILLISECONDS);
    return executor::shutdownNow;
  }

  private void sweepAndLog() {
    try {
      Swept swept = sweep();
      if (swept.objects() > 0) {
        LOG.info("swept {} objects, {} bytes", swept.objects(), swept.bytes());
      }
    } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
      LOG.warn("storage was not swept, next try in {}: {}", rules.interval(), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Makes one pass over both stores. Blocking.
   *
   * @throws TimeoutException if the read model does not answer; what was removed before stays
   *     removed
   */
  public Swept sweep()
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    Instant now = clock.instant();
    Swept staging = sweepStaging(temporary, now).plus(sweepStaging(permanent, now));
    Swept unlisted =
        sweepObjects(
            permanent,
            object -> Sweeping.mayBeUnlisted(object, rules, now),
            chunk ->
                Sweeping.unlisted(
                    chunk,
                    answer(
                        bytes.listed(
                            chunk.stream().map(Listed::key).collect(Collectors.toSet())))));
    Swept unwanted =
        sweepObjects(
            temporary,
            object -> Sweeping.mayBeUnwanted(object, rules, now),
            chunk -> {
              Set<JobId> downloads = Sweeping.downloads(chunk);
              return Sweeping.unwanted(
                  chunk, downloads.isEmpty() ? Set.of() : answer(bytes.wantRawData(downloads)));
            });
    return staging.plus(unlisted).plus(unwanted);
  }

  private Swept sweepStaging(ObjectStore store, Instant now) throws IOException {
    List<Listed> abandoned = candidates(store, file -> Sweeping.isAbandoned(file, rules, now));
    return remove(store, abandoned);
  }

  private interface Choice {
    List<Listed> of(List<Listed> chunk)
        throws InterruptedException, ExecutionException, TimeoutException;
  }

  private static Swept sweepObjects(ObjectStore store, Predicate<Listed> old, Choice choice)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    List<Listed> candidates = candidates(store, old);
    Swept swept = Swept.NOTHING;
    for (int from = 0; from < candidates.size(); from += CHUNK) {
      List<Listed> chunk = candidates.subList(from, Math.min(from + CHUNK, candidates.size()));
      swept = swept.plus(remove(store, choice.of(chunk)));
    }
    return swept;
  }

  private static List<Listed> candidates(ObjectStore store, Predicate<Listed> chosen)
      throws IOException {
    List<Listed> found = new ArrayList<>();
    store.list(
        object -> {
          if (chosen.test(object)) {
            found.add(object);
          }
        });
    return found;
  }

  private static Swept remove(ObjectStore store, List<Listed> objects) throws IOException {
    Swept swept = Swept.NOTHING;
    for (Listed object : objects) {
      if (store.deleteUnlessRenewed(object.key(), object.modifiedAt())) {
        swept = swept.plus(new Swept(1, object.size()));
      }
    }
    return swept;
  }

  private static <T> T answer(CompletionStage<T> stage)
      throws InterruptedException, ExecutionException, TimeoutException {
    return stage.toCompletableFuture().get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
  }
}
