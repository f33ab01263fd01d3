package refinery.scheduling;

import java.time.Instant;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;

/**
 * Begins and ends leases, and keeps account of what they take of nodes, tokens and the shares of
 * surveys.
 */
final class Leases {
  private final Nodes nodes;
  private final Tokens tokens;
  private final Backlog backlog;
  private final Totals totals;
  private long begun;
  private int held;

  Leases(Nodes nodes, Tokens tokens, Backlog backlog, Totals totals) {
    this.nodes = nodes;
    this.tokens = tokens;
    this.backlog = backlog;
    this.totals = totals;
  }

  /** How many leases were ever begun, which is the number of the newest. */
  long begun() {
    return begun;
  }

  int held() {
    return held;
  }

  Lease begin(JobTicket ticket, Bin bin, double largest, Instant now, long expectedEnd) {
    SurveyShare survey = backlog.survey(ticket.survey());
    Lease lease = new Lease(++begun, ticket, bin, survey, largest, now, expectedEnd);
    if (!ticket.resources().tokens().isEmpty()) {
      ticket
          .resources()
          .tokens()
          .forEach(
              (name, count) -> {
                Tokens.Token token = tokens.named(name);
                token.take(count);
                lease.tokens.add(token);
                lease.tokenCounts.add(count);
              });
    }
    lease.position = bin.leases.size();
    bin.leases.add(lease);
    bin.estimated += expectedEnd > 0 ? 1 : 0;
    held++;
    take(lease, 1);
    return lease;
  }

  void end(Lease lease) {
    Bin bin = lease.bin;
    Lease last = bin.leases.removeLast();
    if (last != lease) {
      bin.leases.set(lease.position, last);
      last.position = lease.position;
    }
    lease.position = -1;
    bin.estimated -= lease.expectedEnd() > 0 ? 1 : 0;
    held--;
    for (int i = 0; i < lease.tokens.size(); i++) {
      lease.tokens.get(i).take(-lease.tokenCounts.get(i));
    }
    take(lease, -1);
    nodes.markDirty(bin);
    backlog.forget(lease.survey);
  }

  private void take(Lease lease, int sign) {
    Bin bin = lease.bin;
    Resources resources = lease.resources();
    bin.freeCpu -= sign * resources.cpu();
    bin.freeMemory -= sign * resources.memory();
    bin.freeDisk -= sign * resources.disk();
    nodes.reindex(bin);
    SurveyShare survey = lease.survey;
    survey.hold(lease, sign);
    survey.servedBy = sign > 0 ? begun : survey.servedBy;
    totals.rate(survey);
    backlog.reposition(survey);
  }
}
