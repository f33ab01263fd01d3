package refinery.scheduling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;

/** The resources that a job holds on a node, from its placement to its release. */
public final class Lease {
  private final long number;
  private final JobTicket ticket;
  private final Instant since;
  private final long expectedEnd;
  final Bin bin;
  final SurveyShare survey;

  /**
   * The part of it that counts as taken from the end of the largest jobs: 0 or 1, or in between
   * when the end is unknown.
   */
  final double largest;

  final List<Tokens.Token> tokens = new ArrayList<>(0);
  final List<Integer> tokenCounts = new ArrayList<>(0);

  /** Index in the bin's list of leases; -1 after the release. */
  int position;

  Lease(
      long number,
      JobTicket ticket,
      Bin bin,
      SurveyShare survey,
      double largest,
      Instant since,
      long expectedEnd) {
    this.number = number;
    this.ticket = ticket;
    this.bin = bin;
    this.survey = survey;
    this.largest = largest;
    this.since = since;
    this.expectedEnd = expectedEnd;
  }

  /** Grows from lease to lease, and is unique within one {@link Packing}. */
  public long number() {
    return number;
  }

  public JobId job() {
    return ticket.job();
  }

  public NodeId node() {
    return bin.id;
  }

  public Resources resources() {
    return ticket.resources();
  }

  /** The ticket with which the job can be queued again; its resources are those reserved. */
  public JobTicket ticket() {
    return ticket;
  }

  public Instant since() {
    return since;
  }

  /** When the job is expected to end, in milliseconds since 1970; 0 when unknown. */
  long expectedEnd() {
    return expectedEnd;
  }

  public boolean isReleased() {
    return position < 0;
  }
}
