package refinery.http;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import refinery.protocol.audit.AuditEntry;
import refinery.protocol.audit.AuditLog;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;

/** An audit log in memory, with the filter by actor only. */
final class FakeAuditLog implements AuditLog {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

  final List<AuditEntry> stored = new CopyOnWriteArrayList<>();

  /** What {@link #store} waits for. */
  volatile CompletionStage<Void> storing = CompletableFuture.completedFuture(null);

  @Override
  public CompletionStage<Void> store(AuditEntry entry) {
    stored.add(entry);
    return storing;
  }

  @Override
  public CompletionStage<Page<Stored>> entries(Filter filter) {
    List<Stored> found = new ArrayList<>();
    int first = filter.cursor().map(FakeAuditLog::place).orElse(0);
    for (int i = 0; i < stored.size(); i++) {
      AuditEntry entry = stored.get(stored.size() - 1 - i);
      if (filter.values().getOrDefault("actor", entry.actor()).equals(entry.actor())) {
        found.add(new Stored(stored.size() - i, AT, entry));
      }
    }
    int end = Math.min(found.size(), first + filter.limit());
    Optional<String> next = end < found.size() ? Optional.of("" + end) : Optional.empty();
    return CompletableFuture.completedFuture(
        new Page<>(found.subList(Math.min(first, end), end), next));
  }

  private static int place(String cursor) {
    try {
      return Integer.parseUnsignedInt(cursor) & Integer.MAX_VALUE;
    } catch (NumberFormatException none) {
      throw new refinery.protocol.query.ReadModel.InvalidCursor(cursor);
    }
  }
}
