package refinery.protocol.audit;

import java.time.Instant;
import java.util.concurrent.CompletionStage;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;

/** The port to the audit log. Thread-safe; nothing of it blocks. */
public interface AuditLog {
  /** An entry as it is stored. */
  record Stored(long id, Instant at, AuditEntry entry) {}

  /**
   * Stores an entry. The stage completes when it is durable, and fails if it cannot be stored; then
   * it is in the log of this node.
   */
  CompletionStage<Void> store(AuditEntry entry);

  /**
   * Entries, newest first. Filters: {@code actor}, {@code kind}, {@code action} (a part of it),
   * {@code subject}, {@code outcome}, {@code from} and {@code to} (RFC 3339; {@code to} excluded).
   */
  CompletionStage<Page<Stored>> entries(Filter filter);
}
