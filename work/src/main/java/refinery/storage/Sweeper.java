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
import org.slf4j.event.Level;
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
  private static final Duration OFTEN = Duration.ofSeconds(1);

  /** A pass over raw data takes at most this part of the time. */
  private static final int PART = 20;

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

  private interface Pass {
    Swept sweep() throws IOException, InterruptedException, ExecutionException, TimeoutException;
  }

  /**
   * Sweeps at the configured interval until closed. In between, where temporary storage is on a
   * volume that can be full, raw data alone is swept often: the next downloads may wait for its
   * bytes.
   */
  public AutoCloseable start() {
    return start(OFTEN);
  }

  AutoCloseable start(Duration often) {
    ScheduledExecutorService executor =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("storage-sweeper").daemon().factory());
    repeat(executor, this::sweep, rules.interval(), rules.interval());
    repeat(executor, this::sweepRawData, often, often);
    return executor::shutdownNow;
  }

  /** Whatever a pass throws, the next one follows. */
  private void repeat(
      ScheduledExecutorService executor, Pass pass, Duration next, Duration atLeast) {
    if (executor.isShutdown()) {
      return;
    }
    var unused =
        executor.schedule(
            () -> {
              long began = System.nanoTime();
              sweepAndLog(pass, atLeast);
              Duration took = Duration.ofNanos(System.nanoTime() - began);
              Duration rest = took.multipliedBy(PART);
              repeat(executor, pass, rest.compareTo(atLeast) > 0 ? rest : atLeast, atLeast);
            },
            next.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** What goes every second is no news. */
  private static void sweepAndLog(Pass pass, Duration next) {
    try {
      Swept swept = pass.sweep();
      if (swept.objects() > 0) {
        LOG.atLevel(next.compareTo(OFTEN) > 0 ? Level.INFO : Level.DEBUG)
            .log("swept {} objects, {} bytes", swept.objects(), swept.bytes());
      }
    } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
      LOG.warn("storage was not swept, next try in {}: {}", next, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Error e) {
      LOG.error("storage was not swept, next try in {}", next, e);
    }
  }

  private Swept sweepRawData()
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    boolean mayBeFull = temporary.free() != Long.MAX_VALUE;
    return mayBeFull ? sweepTemporary(clock.instant()) : Swept.NOTHING;
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
    return staging.plus(unlisted).plus(sweepTemporary(now));
  }

  private Swept sweepTemporary(Instant now)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    return sweepObjects(
        temporary,
        object -> Sweeping.mayBeUnwanted(object, rules, now),
        chunk -> {
          Set<JobId> downloads = Sweeping.downloads(chunk);
          return Sweeping.unwanted(
              chunk, downloads.isEmpty() ? Set.of() : answer(bytes.wantRawData(downloads)));
        });
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
