package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Need;
import refinery.protocol.query.BatchView;

/**
 * Adds to batches the reason why they do not go on: what their jobs wait for, or what they need of
 * other batches and whether anything under way may bring it. Costs at most two queries for a page
 * of batches and one for each different need.
 */
final class Waiting {
  private final Optional<SetOutlook> sets;

  /**
   * @param sets empty when manifests cannot be read
   */
  Waiting(Optional<SetOutlook> sets) {
    this.sets = sets;
  }

  private record Reason(String job, String words) {}

  private record Awaiting(String batch, String digest, Need need) {}

  List<BatchView> explained(Connection connection, List<BatchView> batches) throws SQLException {
    return withJobs(connection, withNeeds(connection, batches));
  }

  private List<BatchView> withNeeds(Connection connection, List<BatchView> batches)
      throws SQLException {
    List<String> ready =
        batches.stream()
            .filter(batch -> batch.state() == BatchState.DOWNLOADED)
            .map(batch -> batch.id().value())
            .toList();
    if (ready.isEmpty()) {
      return batches;
    }
    Map<String, String> outlook = new HashMap<>();
    Map<String, String> reasons = new HashMap<>();
    for (Awaiting awaiting : awaiting(connection, ready)) {
      String digest = awaiting.digest();
      if (!outlook.containsKey(digest)) {
        outlook.put(digest, outlook(connection, awaiting.need()));
      }
      String what = awaiting.need().describe();
      reasons.put(awaiting.batch(), "waiting for " + what + "; " + outlook.get(digest));
    }
    return batches.stream()
        .map(
            batch ->
                Optional.ofNullable(reasons.get(batch.id().value()))
                    .map(batch::because)
                    .orElse(batch))
        .toList();
  }

  private static List<Awaiting> awaiting(Connection connection, List<String> batches)
      throws SQLException {
    return new Query(
            "select id, awaits, need from batch_row where id = any(?) and awaits is not null",
            batches)
        .list(
            connection,
            row ->
                new Awaiting(
                    row.getString("id"),
                    row.getString("awaits"),
                    JsonColumns.read(row, "need", Need.class)));
  }

  private String outlook(Connection connection, Need need) throws SQLException {
    return switch (need) {
      case Need.One one -> outlook(connection, one);
      case Need.All all ->
          sets.isPresent() ? sets.get().words(connection, all.set()) : "not all of them are done";
    };
  }

  private static String outlook(Connection connection, Need.One need) throws SQLException {
    Optional<BatchId> maker = ArtifactRows.underWay(connection, need.selector());
    if (maker.isPresent()) {
      return maker.get() + " is under way and may bring it";
    }
    return need.hint().isEmpty()
        ? "no batch that is under way would bring it"
        : "no batch that is under way would bring it; this would: " + need.hint();
  }

  /** Adds what the jobs wait for to active batches that have no reason yet. */
  private static List<BatchView> withJobs(Connection connection, List<BatchView> batches)
      throws SQLException {
    List<String> open =
        batches.stream()
            .filter(Waiting::mayWait)
            .flatMap(batch -> batch.jobIds().stream())
            .map(JobId::value)
            .toList();
    if (open.isEmpty()) {
      return batches;
    }
    Map<String, String> reasons = new HashMap<>();
    new Query(
            "select id, document ->> 'waiting_for' from job_row where id = any(?)"
                + " and state in ('waiting', 'unplaceable')"
                + " and document ->> 'waiting_for' is not null",
            open)
        .list(connection, row -> new Reason(row.getString(1), row.getString(2)))
        .forEach(reason -> reasons.put(reason.job(), reason.words()));
    return batches.stream()
        .map(batch -> mayWait(batch) ? explained(batch, reasons) : batch)
        .toList();
  }

  private static boolean mayWait(BatchView batch) {
    return !batch.state().isTerminal() && batch.reason().isEmpty();
  }

  private static BatchView explained(BatchView batch, Map<String, String> reasons) {
    Optional<String> reason =
        batch.jobIds().stream()
            .map(job -> Optional.ofNullable(reasons.get(job.value())))
            .flatMap(Optional::stream)
            .findFirst();
    return reason.isEmpty() ? batch : batch.because(reason.get());
  }
}
