package refinery.readiness;

import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the parts of this node want to hold before it is ready. Thread-safe. */
public final class Readiness implements Extension {
  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
  private static final Id ID = new Id();

  private static final class Id extends ExtensionId<Readiness> {
    @Override
    public Readiness createExtension(ActorSystem<?> system) {
      return new Readiness(system);
    }
  }

  private final ActorSystem<?> system;
  private final Map<String, Condition> conditions = new ConcurrentSkipListMap<>();
  private volatile boolean complete;
  private List<String> said = List.of();

  private Readiness(ActorSystem<?> system) {
    this.system = system;
  }

  /** Of this actor system. */
  public static Readiness get(ActorSystem<?> system) {
    return ID.apply(system);
  }

  /**
   * From now on this must hold, too.
   *
   * @param name of the condition; a second one of the same name replaces the first
   */
  public void require(String name, Condition condition) {
    conditions.put(name, condition);
  }

  /** Everything is started: from now on the conditions alone decide. */
  public void complete() {
    complete = true;
  }

  /** Why this node is not ready, in one line each; empty when it is. Returns at once. */
  public CompletionStage<List<String>> obstacles() {
    List<CompletableFuture<Optional<String>>> looks =
        conditions.values().stream()
            .map(condition -> condition.obstacle().toCompletableFuture())
            .toList();
    return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new))
        .thenApply(all -> looks.stream().flatMap(look -> look.join().stream()).toList())
        .thenApply(this::withPhase);
  }

  private List<String> withPhase(List<String> found) {
    boolean stopping = CoordinatedShutdown.get(system).getShutdownReason().isPresent();
    if (stopping) {
      return List.of("the node is stopping");
    }
    if (!complete) {
      return found.isEmpty() ? List.of("the node is starting") : found;
    }
    tell(found);
    return found;
  }

  /** One line when it changes, however often it is asked for. */
  private synchronized void tell(List<String> found) {
    if (found.equals(said)) {
      return;
    }
    if (found.isEmpty()) {
      LOG.info("ready again");
    } else if (said.isEmpty()) {
      LOG.warn("not ready: {}", String.join("; ", found));
    }
    said = found;
  }
}
