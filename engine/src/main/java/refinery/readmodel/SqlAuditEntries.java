package refinery.readmodel;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.audit.AuditEntry;
import refinery.protocol.audit.AuditLog.Stored;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;

/** Reads the audit log, newest first, along one of its indexes. Thread-safe. */
public final class SqlAuditEntries {
  private static final String LIST = "audit";

  private final SqlExecutor sql;

  public SqlAuditEntries(SqlExecutor sql) {
    this.sql = sql;
  }

  /** See {@link refinery.protocol.audit.AuditLog#entries}. Does not block. */
  public CompletionStage<Page<Stored>> entries(Filter filter) {
    return sql.run(
        connection -> {
          List<Stored> found = query(filter).list(connection, SqlAuditEntries::stored);
          boolean more = found.size() > filter.limit();
          List<Stored> items = more ? found.subList(0, filter.limit()) : found;
          Optional<String> next =
              more
                  ? Optional.of(
                      new Cursor(items.getLast().at(), Long.toString(items.getLast().id()))
                          .encode(LIST, filter))
                  : Optional.empty();
          return new Page<>(items, next);
        });
  }

  private static Query query(Filter filter) {
    Query query = new Query("select * from audit_entry where true");
    for (Map.Entry<String, String> each : filter.values().entrySet()) {
      String value = each.getValue();
      switch (each.getKey()) {
        case "actor" -> query.add("and actor = ?", value);
        case "kind" -> query.add("and kind = ?", value);
        case "subject" -> query.add("and subject = ? and subject <> ''", value);
        case "outcome" -> query.add("and outcome = ?", value);
        case "action" -> query.add("and strpos(action, ?) > 0", value);
        case "from" -> query.add("and at >= ?", Instant.parse(value));
        case "to" -> query.add("and at < ?", Instant.parse(value));
        default -> throw new IllegalArgumentException("no filter " + each.getKey());
      }
    }
    filter
        .cursor()
        .map(text -> Cursor.decode(text, LIST, filter))
        .ifPresent(
            place ->
                query.add("and (at, id) < (?, ?)", place.createdAt(), Long.parseLong(place.id())));
    return query.add("order by at desc, id desc limit ?", filter.limit() + 1);
  }

  private static Stored stored(ResultSet row) throws SQLException {
    return new Stored(
        row.getLong("id"),
        row.getObject("at", OffsetDateTime.class).toInstant(),
        new AuditEntry(
            AuditEntry.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
            row.getString("actor"),
            row.getString("scope"),
            row.getString("means"),
            row.getString("action"),
            row.getString("subject"),
            row.getString("path"),
            row.getString("client"),
            row.getString("forwarded"),
            row.getInt("status"),
            AuditEntry.Outcome.valueOf(row.getString("outcome").toUpperCase(Locale.ROOT)),
            row.getString("detail"),
            row.getString("request"),
            row.getString("node")));
  }
}
