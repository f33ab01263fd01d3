package refinery.agent;

import akka.actor.typed.ActorRef;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import refinery.protocol.JobId;
import refinery.protocol.job.JobCommand;
import refinery.protocol.scheduling.SchedulerCommand;

/**
 * What a node agent needs.
 *
 * @param directory the node's data directory
 * @param address of this cluster member, shown to people
 * @param roles the kinds of work this node takes: {@code surveyor}, {@code downloader}, {@code
 *     processor}, ...
 * @param executors makes a new one for each life of the agent
 * @param jobs reaches a job entity; must not block
 * @param scheduler the singleton, or its proxy
 */
public record AgentSetup(
    Path directory,
    NodeIdentity identity,
    String address,
    List<String> roles,
    AgentConfig config,
    Supplier<Executor> executors,
    Function<JobId, Consumer<JobCommand>> jobs,
    ActorRef<SchedulerCommand> scheduler,
    AgentMeters meters) {
  public AgentSetup {
    roles = List.copyOf(roles);
  }

  /** Counts nothing that anybody sees. */
  AgentSetup(
      Path directory,
      NodeIdentity identity,
      String address,
      List<String> roles,
      AgentConfig config,
      Supplier<Executor> executors,
      Function<JobId, Consumer<JobCommand>> jobs,
      ActorRef<SchedulerCommand> scheduler) {
    this(
        directory,
        identity,
        address,
        roles,
        config,
        executors,
        jobs,
        scheduler,
        new AgentMeters(new CompositeMeterRegistry()));
  }

  /** For another life of the agent in this JVM. Raises the node's incarnation. */
  AgentSetup again() {
    try {
      return new AgentSetup(
          directory,
          NodeIdentity.open(directory),
          address,
          roles,
          config,
          executors,
          jobs,
          scheduler,
          meters);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot count this start in " + directory, e);
    }
  }
}
