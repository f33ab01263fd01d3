package refinery.main;

import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.cluster.typed.JoinSeedNodes;
import akka.management.cluster.bootstrap.ClusterBootstrap;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import refinery.cluster.Admission.Verdict;

/**
 * Makes this node a member of its cluster, and says every few seconds in one line why it is not one
 * yet. Whom to join is asked again until it is a member, since others come and go. Blocking; not to
 * be called from an actor.
 */
final class Joining {
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Whom to join now; may ask the database. */
  interface Admitting {
    Verdict verdict();
  }

  private final ActorSystem<?> system;
  private final Admitting admitting;
  private final Obstacles obstacles;
  private final Duration linesEvery;
  private final Consumer<String> say;
  private Optional<Verdict> acted = Optional.empty();

  Joining(
      ActorSystem<?> system,
      Admitting admitting,
      Obstacles obstacles,
      Duration linesEvery,
      Consumer<String> say) {
    this.system = system;
    this.admitting = admitting;
    this.obstacles = obstacles;
    this.linesEvery = linesEvery;
    this.say = say;
  }

  /** Asks to be let in; discovery begins later, when the management endpoint answers others. */
  void begin() {
    Verdict verdict = admitting.verdict();
    if (!(verdict instanceof Verdict.Discover)) {
      act(verdict);
    }
  }

  /**
   * Returns when the node is up. The management endpoint must answer by now.
   *
   * @throws PassingException when the node ended instead
   */
  void await() throws InterruptedException {
    CompletableFuture<Boolean> up = new CompletableFuture<>();
    akka.cluster.Cluster.get(Adapter.toClassic(system)).registerOnMemberUp(() -> up.complete(true));
    var unused = system.getWhenTerminated().thenAccept(done -> up.complete(false));
    long lineAt = System.nanoTime() + linesEvery.toNanos();
    Duration wait = LOOK.compareTo(linesEvery) < 0 ? LOOK : linesEvery;
    while (true) {
      Verdict verdict = up.isDone() ? acted.orElseThrow() : admitting.verdict();
      if (act(verdict)) {
        lineAt = System.nanoTime() + linesEvery.toNanos();
      }
      try {
        if (!up.get(wait.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new PassingException(
              "the node ended before it had joined: the cluster refused it (see the log)");
        }
        return;
      } catch (TimeoutException e) {
        if (System.nanoTime() - lineAt >= 0) {
          lines(verdict).forEach(line -> say.accept(line + "; trying again"));
          lineAt = System.nanoTime() + linesEvery.toNanos();
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Whether anything was done; that the reason to wait is worded otherwise can wait, too. */
  private boolean act(Verdict verdict) {
    boolean same =
        verdict instanceof Verdict.Wait
            ? acted.filter(Verdict.Wait.class::isInstance).isPresent()
            : acted.filter(verdict::equals).isPresent();
    acted = Optional.of(verdict);
    if (same) {
      return false;
    }
    Cluster cluster = Cluster.get(system);
    switch (verdict) {
      case Verdict.Begin begin ->
          cluster.manager().tell(Join.create(cluster.selfMember().address()));
      case Verdict.Join join -> cluster.manager().tell(new JoinSeedNodes(addresses(join)));
      case Verdict.Discover discover -> ClusterBootstrap.get(system).start();
      case Verdict.Wait wait -> say.accept("cannot join: " + wait.why() + "; trying again");
    }
    return true;
  }

  private List<Address> addresses(Verdict.Join join) {
    return join.addresses().stream()
        .map(HostPort::parse)
        .map(seed -> new Address("akka", system.name(), seed.host(), seed.port()))
        .toList();
  }

  private List<String> lines(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Begin begin -> List.of("not a member of a cluster yet");
      case Verdict.Join join ->
          join.addresses().stream().map(HostPort::parse).map(Obstacles::between).toList();
      case Verdict.Discover discover -> List.of(obstacles.discovery());
      case Verdict.Wait wait -> List.of("cannot join: " + wait.why());
    };
  }
}
