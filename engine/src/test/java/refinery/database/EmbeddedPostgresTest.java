package refinery.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import refinery.testing.SmallVolume;
import refinery.testing.TestDatabase;

class EmbeddedPostgresTest {
  @TempDir(cleanup = CleanupMode.NEVER)
  Path directory;

  @AfterEach
  void remove() {
    TestDatabase.delete(directory);
  }

  /** Another JVM: starts the server, writes a row, says so, and waits to be killed. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      EmbeddedPostgres postgres = EmbeddedPostgres.start(Path.of(arguments[0]));
      execute(postgres, "create table kept (n int); insert into kept values (42)");
      System.out.println("ready");
      System.in.read();
    }
  }

  /** What Flyway wrote when version 0.1 made its tables. */
  private static final String MADE_BY_0_1 =
      """
      create table flyway_schema_history (version text, description text);
      insert into flyway_schema_history values ('1', 'journal and read model');
      """;

  @Test
  void keepsItsDataAndItsPasswordAcrossRestarts() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory)) {
      execute(postgres, "create table kept (n int); insert into kept values (7)");
      execute(postgres, MADE_BY_0_1);
      assertThatThrownBy(() -> Database.open(postgres.address()))
          .isInstanceOf(DatabaseException.class)
          .hasNoCause()
          .hasMessageContaining("was made by Refinery 0.1")
          .message()
          .doesNotContain("\n");
    }
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory)) {
      assertThat(number(postgres.address(), "select n from kept")).isEqualTo(7);
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(directory.resolve("postgres/password"))))
          .isEqualTo("rw-------");
      DatabaseAddress wrong =
          new DatabaseAddress(postgres.address().url(), postgres.address().user(), "guess");
      assertThatThrownBy(() -> number(wrong, "select 1")).isInstanceOf(SQLException.class);
    }
  }

  @Test
  void aFullDiskIsNamedBeforeAnythingIsTried() throws Exception {
    try (SmallVolume volume = SmallVolume.mount("8m")) {
      assertThatThrownBy(() -> EmbeddedPostgres.start(volume.path()))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("the disk of " + volume.path())
          .hasMessageContaining("is full: ")
          .message()
          .doesNotContain("namespaces", "\n");
      assertThat(volume.path().resolve("postgres/data")).doesNotExist();
    }
  }

  /** Its last checkpoint takes as long as the disk does, and pg_ctl waits for five seconds. */
  @Test
  void itHasEndedWhenItIsClosed() throws Exception {
    EmbeddedPostgres postgres = EmbeddedPostgres.start(directory);
    long checkpointer =
        number(
            postgres.address(),
            "select pid from pg_stat_activity where backend_type = 'checkpointer'");
    ProcessHandle server = ProcessHandle.of(checkpointer).orElseThrow().parent().orElseThrow();
    signal("STOP", checkpointer);
    Thread closing = Thread.ofVirtual().start(postgres::close);
    try {
      await().atMost(Duration.ofMinutes(1)).until(() -> asksToStop());
      await().atMost(Duration.ofMinutes(1)).until(() -> !asksToStop());
      assertThat(server.isAlive()).isTrue();
    } finally {
      signal("CONT", checkpointer);
    }
    closing.join();
    assertThat(server.isAlive()).isFalse();
  }

  private static boolean asksToStop() {
    return ProcessHandle.current()
        .children()
        .anyMatch(child -> child.info().command().orElse("").endsWith("/pg_ctl"));
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  @Test
  void nodesOfOneUserCanShareThePrograms() throws Exception {
    Path shared = directory.resolve("programs");
    System.setProperty(PostgresPrograms.SHARED, shared.toString());
    try {
      try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory.resolve("node"))) {
        assertThat(number(postgres.address(), "select 1")).isEqualTo(1);
      }
      assertThat(directory.resolve("node/postgres/binaries")).doesNotExist();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shared)))
          .isEqualTo("rwx------");
      Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
      assertThatThrownBy(() -> EmbeddedPostgres.start(directory.resolve("other")))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("is open to other users");
    } finally {
      System.clearProperty(PostgresPrograms.SHARED);
    }
  }

  @Test
  void programsThatOthersCouldHaveReplacedAreNotRun() throws Exception {
    Path programs = Files.createDirectories(directory.resolve("postgres/binaries"));
    Path planted = Files.createDirectories(programs.resolve("PG-x/bin")).resolve("pg_ctl");
    Files.writeString(planted, "somebody's");
    Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "kept");
    Files.createSymbolicLink(programs.resolve("link"), elsewhere);
    Files.setPosixFilePermissions(programs, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory)) {
      assertThat(number(postgres.address(), "select 1")).isEqualTo(1);
      assertThat(planted).doesNotExist();
      assertThat(elsewhere).hasContent("kept");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(programs)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void aSecondStartNamesTheProcessThatHoldsTheDirectory() {
    try (EmbeddedPostgres first = EmbeddedPostgres.start(directory)) {
      assertThat(first.address().toString()).doesNotContain(first.address().password());
      assertThatThrownBy(() -> EmbeddedPostgres.start(directory))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid())
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void takesOverFromAJvmThatWasKilled() throws Exception {
    Process child =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Child.class.getName(),
                    directory.toString()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long orphan;
    try {
      assertThat(child.inputReader().lines().anyMatch("ready"::equals)).isTrue();
      orphan =
          Long.parseLong(
              Files.readAllLines(directory.resolve("postgres/data/postmaster.pid")).get(0));
      assertThatThrownBy(() -> EmbeddedPostgres.start(directory))
          .hasMessageContaining("in use by process " + child.pid());
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(ProcessHandle.of(orphan)).isPresent();

    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory)) {
      assertThat(number(postgres.address(), "select n from kept")).isEqualTo(42);
      assertThat(ProcessHandle.of(orphan).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void startsAgainAfterAFirstStartThatWasCutShort() throws Exception {
    Files.createDirectories(directory.resolve("postgres/data/base"));
    Files.writeString(directory.resolve("postgres/data/postgresql.conf"), "");
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory)) {
      assertThat(number(postgres.address(), "select 1")).isEqualTo(1);
    }
  }

  @Test
  void migratesOnceAndReadsAnAddressWithoutShowingThePassword() throws IOException {
    DatabaseAddress fresh = TestDatabase.freshAddress();
    String text = fresh.url() + "?user=" + fresh.user() + "&password=" + fresh.password();
    DatabaseAddress address = DatabaseAddress.parse(text, Map.of());
    assertThat(address).isEqualTo(fresh);
    assertThat(address.toString()).doesNotContain(fresh.password());
    for (int start = 0; start < 2; start++) {
      try (Database database = Database.open(address)) {
        assertThat(database.dataSource()).isNotNull();
      }
    }
    assertThatThrownBy(() -> DatabaseAddress.parse("postgres://x", Map.of()))
        .hasMessageContaining("--db");
    DatabaseAddress refused = new DatabaseAddress("jdbc:postgresql://localhost:1/x", "u", "secret");
    assertThatThrownBy(() -> Database.open(refused))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("localhost:1")
        .hasMessageNotContaining("secret");
  }

  private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
    DatabaseAddress address = postgres.address();
    try (Connection connection =
            DriverManager.getConnection(address.url(), address.user(), address.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int number(DatabaseAddress address, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(address.url(), address.user(), address.password());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
