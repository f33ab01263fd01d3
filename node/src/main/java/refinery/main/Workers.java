package refinery.main;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import refinery.agent.AgentConfig;
import refinery.agent.AgentMeters;
import refinery.agent.AgentSetup;
import refinery.agent.DrainOnShutdown;
import refinery.agent.LocalExecutor;
import refinery.agent.NodeAgent;
import refinery.agent.NodeIdentity;
import refinery.agent.Scratch;
import refinery.agent.WorkRunner;
import refinery.configuration.ConfigurationException;
import refinery.http.AgentDirectory;
import refinery.metering.Metering;
import refinery.protocol.Entities;
import refinery.protocol.NodeId;
import refinery.protocol.job.JobKind;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.trace.Tracing;

/** This node's agent, and the way to the agents of all nodes. */
final class Workers implements AgentDirectory {
  private static final Duration LOOK_UP = Duration.ofSeconds(3);

  private final ActorSystem<Void> system;
  private final AgentConfig config;
  private final ClusterSharding sharding;
  private final Tracing tracing;
  private Optional<ActorRef<AgentCommand>> own = Optional.empty();

  Workers(ActorSystem<Void> system, AgentConfig config, ClusterSharding sharding, Tracing tracing) {
    this.tracing = tracing;
    this.system = system;
    this.config = config;
    this.sharding = sharding;
  }

  void start(
      Path dir,
      String address,
      List<String> roles,
      Map<JobKind, WorkRunner> runners,
      ActorRef<SchedulerCommand> scheduler)
      throws IOException {
    NodeIdentity identity = NodeIdentity.open(dir);
    LogFormat.ofNode(identity.id().value());
    try {
      Scratch.requireOwn(LocalExecutor.scratch(dir, identity.id(), config));
    } catch (IOException notOurs) {
      throw new ConfigurationException(notOurs.getMessage());
    }
    AgentSetup setup =
        new AgentSetup(
            dir,
            identity,
            address,
            List.copyOf(new TreeSet<>(roles)),
            config,
            () -> new LocalExecutor(dir, identity.id(), config, runners, tracing),
            job -> sharding.entityRefFor(Entities.JOB, job.value())::tell,
            scheduler,
            new AgentMeters(Metering.get(system).registry()));
    ActorRef<AgentCommand> agent =
        system.systemActorOf(NodeAgent.create(setup), "agent", Props.empty());
    system.receptionist().tell(Receptionist.register(key(identity.id()), agent));
    DrainOnShutdown.register(system, agent, config);
    own = Optional.of(agent);
  }

  /** This node's agent, once it was started. */
  ActorRef<AgentCommand> own() {
    return own.orElseThrow();
  }

  private static ServiceKey<AgentCommand> key(NodeId node) {
    return ServiceKey.create(AgentCommand.class, "agent-" + node.value());
  }

  @Override
  public CompletionStage<Optional<ActorRef<AgentCommand>>> find(NodeId node) {
    ServiceKey<AgentCommand> key = key(node);
    return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
            system.receptionist(),
            replyTo -> Receptionist.find(key, replyTo),
            LOOK_UP,
            system.scheduler())
        .thenApply(listing -> listing.getServiceInstances(key).stream().findFirst());
  }
}
