package refinery.http;

import akka.actor.typed.ActorRef;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.NodeId;
import refinery.protocol.scheduling.AgentCommand;

/** Where the agents of the cluster's nodes are. */
@FunctionalInterface
public interface AgentDirectory {
  /** The agent of this node; empty when the cluster has no such node now. */
  CompletionStage<Optional<ActorRef<AgentCommand>>> find(NodeId node);
}
