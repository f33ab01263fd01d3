package refinery.job;

import akka.actor.typed.ActorRef;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobStatus;
import refinery.protocol.scheduling.JobTicket;

/** What a job does outside itself, as values. {@link JobRoutes} says where each goes. */
public sealed interface JobEffect {
  record Reply(ActorRef<JobReply> to, JobReply reply) implements JobEffect {}

  /** Told to the scheduler until it answers {@code JobCommand.Announced}. */
  record Announce(JobTicket ticket) implements JobEffect {}

  record Withdraw(JobId job) implements JobEffect {}

  record StopAttempt(JobId job, int attempt, NodeId node, String reason) implements JobEffect {}

  /**
   * Told to a batch or survey, by its id, until it answers {@code JobCommand.OwnerAcknowledged}.
   */
  record Inform(String owner, JobId job, long revision, JobStatus status) implements JobEffect {}
}
