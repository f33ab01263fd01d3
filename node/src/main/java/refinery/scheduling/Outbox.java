package refinery.scheduling;

import akka.actor.typed.ActorRef;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.LossCause;
import refinery.protocol.scheduling.AgentCommand;

/** Where the {@link Ledger} sends. Never blocks, never throws. */
interface Outbox {
  void toAgent(ActorRef<AgentCommand> agent, AgentCommand command);

  void toJob(JobId job, JobCommand command);

  /** {@code Lose}, whose answer comes back as {@link Ledger#loseAnswered}. */
  void lose(JobId job, int attempt, NodeId node, String reason, LossCause cause);
}
