package refinery.job;

import akka.actor.typed.ActorRef;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobStatus;
import refinery.protocol.scheduling.JobTicket;

/** What a job makes happen outside itself. */
public sealed interface JobEffect {
  record Reply(ActorRef<JobReply> to, JobReply reply) implements JobEffect {}

  /** To the scheduler, until {@code JobCommand.Announced}. */
  record Announce(JobTicket ticket) implements JobEffect {}

  record Withdraw(JobId job) implements JobEffect {}

  record StopAttempt(JobId job, int attempt, NodeId node, String reason) implements JobEffect {}

  /** To a batch or survey by its id, until {@code JobCommand.OwnerAcknowledged}. */
  record Inform(String owner, JobId job, long revision, JobStatus status) implements JobEffect {}
}
