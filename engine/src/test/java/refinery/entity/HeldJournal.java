package refinery.entity;

import akka.dispatch.Futures;
import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.persistence.journal.japi.AsyncWriteJournal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/** A journal in memory whose reads and writes end only when a test says so. */
public final class HeldJournal extends AsyncWriteJournal {
  private static final Map<String, List<PersistentRepr>> EVENTS = new ConcurrentHashMap<>();
  private static final Map<String, Integer> WRITES = new ConcurrentHashMap<>();
  private static volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
  private static volatile CountDownLatch arrived = new CountDownLatch(1);

  /** From now on the journal does nothing until what is returned is completed. */
  static CompletableFuture<Void> hold() {
    arrived = new CountDownLatch(1);
    gate = new CompletableFuture<>();
    return gate;
  }

  /** Waits until somebody waits for the journal. */
  static void awaitCaller() throws InterruptedException {
    arrived.await();
  }

  /** How often an entity has written, whatever the number of its events. */
  static int writes(String persistenceId) {
    return WRITES.getOrDefault(persistenceId, 0);
  }

  private static CompletableFuture<Void> atTheGate() {
    arrived.countDown();
    return gate;
  }

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(
      Iterable<AtomicWrite> messages) {
    List<AtomicWrite> writes = new ArrayList<>();
    messages.forEach(writes::add);
    return FutureConverters.asScala(
        atTheGate()
            .thenApply(
                open -> {
                  for (AtomicWrite write : writes) {
                    WRITES.merge(write.persistenceId(), 1, Integer::sum);
                    scala.jdk.javaapi.CollectionConverters.asJava(write.payload())
                        .forEach(
                            event ->
                                EVENTS
                                    .computeIfAbsent(
                                        event.persistenceId(),
                                        id -> Collections.synchronizedList(new ArrayList<>()))
                                    .add(event));
                  }
                  return List.of();
                }));
  }

  @Override
  public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
    return Futures.failed(new IllegalStateException("nothing is deleted"));
  }

  @Override
  public Future<Void> doAsyncReplayMessages(
      String persistenceId,
      long fromSequenceNr,
      long toSequenceNr,
      long max,
      Consumer<PersistentRepr> replay) {
    return FutureConverters.asScala(
        atTheGate()
            .thenApply(
                open -> {
                  EVENTS.getOrDefault(persistenceId, List.of()).forEach(replay);
                  return null;
                }));
  }

  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
    return Futures.successful((long) EVENTS.getOrDefault(persistenceId, List.of()).size());
  }
}
