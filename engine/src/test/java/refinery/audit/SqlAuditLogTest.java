package refinery.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import refinery.database.Database;
import refinery.protocol.audit.AuditEntry;
import refinery.protocol.audit.AuditEntry.Kind;
import refinery.protocol.audit.AuditEntry.Outcome;
import refinery.protocol.audit.AuditLog.Stored;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;
import refinery.testing.TestDatabase;

class SqlAuditLogTest {
  private static final AuditConfig KEEP = new AuditConfig(Duration.ofDays(1), 1_000);

  private Database database;
  private SqlAuditLog log;

  @BeforeEach
  void open() {
    database = TestDatabase.fresh();
    log = SqlAuditLog.open(database.dataSource(), KEEP);
  }

  @AfterEach
  void close() {
    log.close();
    database.close();
  }

  private static AuditEntry entry(String actor, String subject) {
    return new AuditEntry(
        Kind.PERSON,
        actor,
        "operate",
        "token",
        "POST /jobs/{id}/retry",
        subject,
        "/api/v1/jobs/" + subject + "/retry",
        "127.0.0.1",
        "",
        200,
        Outcome.DONE,
        "",
        "request-1",
        "node-a");
  }

  private void storeAll(AuditEntry... entries) throws Exception {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (AuditEntry entry : entries) {
      all.add(log.store(entry).toCompletableFuture());
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
  }

  private Page<Stored> read(Map<String, String> filter, int limit, Optional<String> cursor)
      throws Exception {
    return log.entries(new Filter(filter, limit, cursor))
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  private List<String> subjects(Map<String, String> filter) throws Exception {
    return read(filter, 1_000, Optional.empty()).items().stream()
        .map(stored -> stored.entry().subject())
        .toList();
  }

  private void sql(String statement) throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement running = connection.createStatement()) {
      running.execute(statement);
    }
  }

  @Test
  void whatIsStoredIsReadAsItWas() throws Exception {
    AuditEntry odd =
        new AuditEntry(
            Kind.PERSON,
            "ann",
            "",
            "nothing",
            "POST",
            "'; drop table audit_entry; --\u0000\ud800",
            "x".repeat(5_000),
            "::1",
            "a,b",
            403,
            Outcome.REFUSED,
            "grüße",
            "r",
            "n");
    storeAll(entry("ci", "job-1"), odd);
    List<Stored> all = read(Map.of(), 10, Optional.empty()).items();
    assertThat(all.get(1).entry()).isEqualTo(entry("ci", "job-1"));
    assertThat(all.get(0).entry().subject()).isEqualTo("'; drop table audit_entry; --?");
    assertThat(all.get(0).entry().path()).hasSize(1_000);
    assertThat(all.get(0).entry().detail()).isEqualTo("grüße");
  }

  @Test
  void aThousandAtOnceAreReadPageByPageNewestFirst() throws Exception {
    AuditEntry[] many = new AuditEntry[1_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = entry(i % 2 == 0 ? "ci" : "ann", "job-" + i);
    }
    storeAll(many);
    List<String> seen = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      Page<Stored> page = read(Map.of("actor", "ci"), 150, cursor);
      page.items().forEach(stored -> seen.add(stored.entry().subject()));
      cursor = page.next();
    } while (cursor.isPresent());
    assertThat(seen).hasSize(500).doesNotHaveDuplicates().startsWith("job-998");
  }

  @Test
  void filtersNarrow() throws Exception {
    storeAll(entry("ci", "job-1"), entry("ann", "job-2"));
    storeAll(AuditEntry.system("change tokens", "", "from a to b", "node-a"));
    assertThat(subjects(Map.of("actor", "ann"))).containsExactly("job-2");
    assertThat(subjects(Map.of("subject", "job-1"))).containsExactly("job-1");
    assertThat(subjects(Map.of("kind", "system"))).containsExactly("");
    assertThat(subjects(Map.of("action", "retry"))).hasSize(2);
    assertThat(subjects(Map.of("action", "%"))).isEmpty();
    assertThat(subjects(Map.of("outcome", "failed"))).isEmpty();
    String hence = Instant.now().plusSeconds(60).toString();
    assertThat(subjects(Map.of("from", hence))).isEmpty();
    assertThat(subjects(Map.of("to", hence))).hasSize(3);
  }

  @Test
  void theOldestGoWhenTheyAreTooOldOrTooMany() throws Exception {
    storeAll(entry("ci", "job-old"));
    sql("update audit_entry set at = now() - interval '2 days'");
    AuditEntry[] many = new AuditEntry[1_200];
    for (int i = 0; i < many.length; i++) {
      many[i] = entry("ci", "job-" + i);
    }
    storeAll(many);
    try (Connection connection = database.dataSource().getConnection()) {
      AuditTable.prune(connection, KEEP);
    }
    assertThat(subjects(Map.of())).hasSize(1_000).startsWith("job-1199").doesNotContain("job-old");
  }

  @Test
  void whatAScheduleAndNoPersonPostsIsNotedOnce() throws Exception {
    String insert =
        """
        insert into survey_row (id, seq_nr, source, state, created_at, open, changed_at, document)
        values ('%s', 1, 'ena', 'running', now(), true, now(), '%s')
        """;
    String labels = "{\"labels\": {\"schedule\": \"nightly\"}, \"actor\": %s}";
    sql(insert.formatted("survey-timer", labels.formatted("null")));
    sql(insert.formatted("survey-person", labels.formatted("\"ann\"")));
    sql(insert.formatted("survey-plain", "{\"labels\": {}, \"actor\": null}"));
    sql("delete from survey_row");
    sql(insert.formatted("survey-timer", labels.formatted("null")));
    List<Stored> all = read(Map.of(), 10, Optional.empty()).items();
    assertThat(all).hasSize(1);
    assertThat(all.getFirst().entry().kind()).isEqualTo(Kind.SCHEDULE);
    assertThat(all.getFirst().entry().actor()).isEqualTo("nightly");
    assertThat(all.getFirst().entry().subject()).isEqualTo("survey-timer");
  }

  @Test
  void whatWaitsIsWrittenBeforeItCloses() throws Exception {
    CompletableFuture<Void> last = log.store(entry("ci", "job-last")).toCompletableFuture();
    log.close();
    assertThat(last).isCompleted();
    CompletableFuture<Void> late = log.store(entry("ci", "job-late")).toCompletableFuture();
    assertThat(late).isCompletedExceptionally();
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(
            () ->
                AuditConfig.from(
                    ConfigFactory.parseString("refinery.audit { keep = 1s, most = 5000 }")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("refinery.audit.keep");
  }
}
