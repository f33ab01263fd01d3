package refinery.http;

import akka.actor.typed.ActorRef;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.NodeId;
import refinery.protocol.scheduling.AgentCommand;

/** Finds the agents of the cluster's nodes. */
@FunctionalInterface
public interface AgentDirectory {
  /** The agent of a node; empty when the cluster has no such node now. */
  CompletionStage<Optional<ActorRef<AgentCommand>>> find(NodeId node);
}
