package refinery.protocol.scheduling;

import java.time.Instant;
import refinery.protocol.JobId;
import refinery.protocol.Resources;

/**
 * A queued job as the scheduler knows it.
 *
 * @param role the node role that may run it
 * @param survey the id of the survey, which is the group for fair share; empty for jobs posted
 *     directly
 * @param priority 0 to 100, larger first
 * @param order bytes of input; inside a survey smaller ones go first, {@link #FIRST} before all
 *     others
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
