package refinery.agent;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import refinery.protocol.scheduling.AgentCommand;

/**
 * On SIGTERM hands running attempts back to their jobs before this node leaves the cluster. A node
 * that was downed can reach no job: it only stops its attempts, and the cluster counts them as
 * lost. Either way their processes and files are gone before the node is: it may have no next life
 * that would remove them.
 */
public final class DrainOnShutdown {
  private DrainOnShutdown() {}

  /** Less than a phase of the shutdown may take. */
  private static final Duration TO_END = Duration.ofSeconds(9);

  public static void register(
      ActorSystem<?> system, ActorRef<AgentCommand> agent, AgentConfig config) {
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            "hand-back-attempts",
            () ->
                isDowned(system)
                    ? CompletableFuture.completedFuture(Done.getInstance())
                    : AskPattern.<AgentCommand, Done>ask(
                            agent, NodeAgent.Leave::new, config.drainAtMost(), system.scheduler())
                        .exceptionally(
                            late -> {
                              system.log().warn("not all attempts were handed back in time");
                              return Done.getInstance();
                            }));
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
            "end-attempts",
            () ->
                AskPattern.<AgentCommand, Done>ask(
                        agent, NodeAgent.End::new, TO_END, system.scheduler())
                    .exceptionally(
                        late -> {
                          system.log().warn("not all attempts had ended in time");
                          return Done.getInstance();
                        }));
  }

  private static boolean isDowned(ActorSystem<?> system) {
    return CoordinatedShutdown.get(system)
        .getShutdownReason()
        .filter(CoordinatedShutdown.clusterDowningReason()::equals)
        .isPresent();
  }
}
