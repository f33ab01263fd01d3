package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.query.BatchView;

/** Why batches stand still: what their jobs wait for, in one query for a whole page of batches. */
final class Waiting {
  private Waiting() {}

  private record Reason(String job, String words) {}

  /** Batches that say a reason of their own keep it. */
  static List<BatchView> explained(Connection connection, List<BatchView> batches)
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
