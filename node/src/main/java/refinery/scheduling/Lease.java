package refinery.scheduling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;

/** What a job holds on a node, from its placement to its release. */
public final class Lease {
  private final long number;
  private final JobTicket ticket;
  private final Instant since;
  private final long expectedEnd;
  final Bin bin;
  final SurveyShare survey;

  /** How much of it counts as taken from the end of the largest: 0, 1, or between if unknown. */
  final double largest;

  final List<Tokens.Token> tokens = new ArrayList<>(0);
  final List<Integer> tokenCounts = new ArrayList<>(0);

  /** Index in the bin's list; -1 after the release. */
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

  /** Unique within the life of a {@link Packing}; grows. */
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

  /** Enough to queue the job again; its resources are those reserved. */
  public JobTicket ticket() {
    return ticket;
  }

  public Instant since() {
    return since;
  }

  /** Milliseconds, 0 when unknown. */
  long expectedEnd() {
    return expectedEnd;
  }

  public boolean isReleased() {
    return position < 0;
  }
}
