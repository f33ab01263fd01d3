package refinery.scheduling;

import akka.actor.typed.ActorRef;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.LossCause;
import refinery.protocol.scheduling.AgentCommand;

/** Sends the messages of the {@link Ledger}. Must not block or throw. */
interface Outbox {
  void toAgent(ActorRef<AgentCommand> agent, AgentCommand command);

  void toJob(JobId job, JobCommand command);

  /** Sends {@code Lose} to a job. Its answer comes back as {@link Ledger#loseAnswered}. */
  void lose(JobId job, int attempt, NodeId node, String reason, LossCause cause);
}
