package refinery.protocol.scheduling;

import java.time.Instant;
import refinery.protocol.JobId;
import refinery.protocol.Resources;

/**
 * What the scheduler needs to know of a queued job.
 *
 * @param role the node role that may run it
 * @param survey fair-share group; empty for jobs posted directly
 * @param priority 0 to 100, larger first
 * @param order inside a survey, smaller first; {@link #FIRST} before all others
 * @param affinity a node that holds its raw data, or empty
 */
public record JobTicket(
    JobId job,
    String role,
    String survey,
    int priority,
    long order,
    Resources resources,
    String affinity,
    Instant queuedAt) {

  /** The order of a job whose attempt was lost with its node. */
  public static final long FIRST = -1;

  public JobTicket withResources(Resources other) {
    return new JobTicket(job, role, survey, priority, order, other, affinity, queuedAt);
  }
}
