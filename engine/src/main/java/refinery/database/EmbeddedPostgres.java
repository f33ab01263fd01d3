package refinery.database;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server that belongs to this node and keeps its data in {@code DIR/postgres}. What is
 * committed survives a crash: fsync, synchronous_commit and full_page_writes are on, and this is
 * checked at the start. The server listens on loopback only, on a free port, and requires a
 * password, which is in a file that only its owner may read. The process that starts it holds the
 * directory's lock; a server that outlived a killed node is stopped first. Blocking; started and
 * stopped by the main thread.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final String USER = "postgres";
  private static final String DATABASE = "refinery";
  private static final Duration STARTUP = Duration.ofSeconds(60);

  /**
   * Free bytes that a start needs: for a segment of the write-ahead log, and for what a recovery
   * writes.
   */
  private static final long LEAST_FREE = 64L << 20;

  private static final long LOG_LIMIT = 10L << 20;

  private final DirectoryLock lock;
  private final Path data;
  private final io.zonky.test.db.postgres.embedded.EmbeddedPostgres server;
  private final String password;

  private EmbeddedPostgres(
      DirectoryLock lock,
      Path data,
      io.zonky.test.db.postgres.embedded.EmbeddedPostgres server,
      String password) {
    this.lock = lock;
    this.data = data;
    this.server = server;
    this.password = password;
  }

  /**
   * Starts the server of this node directory, and creates its data first if there are none.
   *
   * @throws DatabaseException when another process holds the directory, the disk is full, or the
   *     server does not start
   */
  public static EmbeddedPostgres start(Path nodeDirectory) {
    Path home = nodeDirectory.toAbsolutePath().resolve("postgres");
    try {
      Files.createDirectories(home);
      requireRoom(home);
      DirectoryLock lock = DirectoryLock.acquire(home);
      try {
        return started(home, lock);
      } catch (IOException | SQLException | RuntimeException | Error e) {
        lock.close();
        throw e;
      }
    } catch (DatabaseException e) {
      throw e;
    } catch (IOException | SQLException | RuntimeException | ExceptionInInitializerError e) {
      throw new DatabaseException(
          "the embedded PostgreSQL did not start: "
              + e.getMessage()
              + "; see "
              + home.resolve("server.log")
              + (runsAsRoot()
                  ? " (as root it needs user namespaces: where they are forbidden, run the node as"
                      + " a normal user, or use --db)"
                  : ""),
          e);
    }
  }

  /** Refuses a full disk, on which the server would fail with misleading messages. */
  private static void requireRoom(Path home) throws IOException {
    long free = Files.getFileStore(home).getUsableSpace();
    if (free < LEAST_FREE) {
      throw new DatabaseException(
          "the disk of %s is full: %d MiB are free, and PostgreSQL needs %d to start; make room"
              .formatted(home, free >> 20, LEAST_FREE >> 20));
    }
  }

  private static boolean runsAsRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static EmbeddedPostgres started(Path home, DirectoryLock lock)
      throws IOException, SQLException {
    Path data = home.resolve("data");
    OrphanedServer.stop(data);
    setAsideWhatWasNeverReady(home, data);
    String password = password(home.resolve("password"));
    Path programs = PostgresPrograms.prepared(home);
    var server = builder(home, programs, data, password).start();
    EmbeddedPostgres postgres = new EmbeddedPostgres(lock, data, server, password);
    try {
      PostgresPrograms.close(programs);
      postgres.verifyDurable();
      postgres.createDatabase(DATABASE);
      Files.write(home.resolve("ready"), new byte[0]);
    } catch (IOException | SQLException | RuntimeException e) {
      postgres.stop();
      throw e;
    }
    LOG.info("Embedded PostgreSQL is ready on port {}, data in {}", server.getPort(), data);
    return postgres;
  }

  /**
   * Moves away the data of a first start that was cut short. They hold nothing yet, and the server
   * may not start with them.
   */
  private static void setAsideWhatWasNeverReady(Path home, Path data) throws IOException {
    if (Files.exists(data) && !Files.exists(home.resolve("ready"))) {
      Path aside = home.resolve("data.incomplete-" + System.currentTimeMillis());
      Files.move(data, aside);
      LOG.warn("The first start of PostgreSQL was cut short; set aside what it left at {}", aside);
    }
  }

  private static io.zonky.test.db.postgres.embedded.EmbeddedPostgres.Builder builder(
      Path home, Path programs, Path data, String password) throws IOException {
    Redirect log = Redirect.appendTo(rotated(home.resolve("server.log")).toFile());
    var builder =
        io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setOverrideWorkingDirectory(programs.toFile())
            .setPGStartupWait(STARTUP)
            .setOutputRedirector(log)
            .setErrorRedirector(log)
            .setConnectConfig("password", password)
            // initdb is called with "-A trust" first, which these later options override.
            .setLocaleConfig("auth-host", "scram-sha-256")
            .setLocaleConfig("auth-local", "scram-sha-256")
            .setLocaleConfig("pwfile", home.resolve("password").toString())
            .setLocaleConfig("locale", "C");
    settings().forEach(builder::setServerConfig);
    return builder;
  }

  private static Map<String, String> settings() {
    return Map.ofEntries(
        Map.entry("fsync", "on"),
        Map.entry("synchronous_commit", "on"),
        Map.entry("full_page_writes", "on"),
        Map.entry("listen_addresses", "localhost"),
        Map.entry("unix_socket_directories", ""),
        Map.entry("password_encryption", "scram-sha-256"),
        Map.entry("max_connections", "200"),
        Map.entry("shared_buffers", "64MB"),
        Map.entry("max_wal_size", "512MB"),
        Map.entry("checkpoint_timeout", "15min"),
        // Short, because tables may grow from nothing to 100,000 rows in half a minute.
        Map.entry("autovacuum_naptime", "10s"),
        Map.entry("log_checkpoints", "off"),
        Map.entry("log_min_messages", "warning"),
        Map.entry("jit", "off"));
  }

  private static Path rotated(Path log) throws IOException {
    if (Files.exists(log) && Files.size(log) > LOG_LIMIT) {
      Files.move(log, log.resolveSibling("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
    }
    return log;
  }

  private static String password(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[24];
      new SecureRandom().nextBytes(random);
      Path draft =
          Files.createTempFile(
              file.getParent(),
              "password",
              "",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(draft, HexFormat.of().formatHex(random));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return Files.readString(file).strip();
  }

  private void verifyDurable() throws SQLException {
    try (Connection connection = connect(USER);
        Statement statement = connection.createStatement()) {
      for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
        try (ResultSet rows = statement.executeQuery("show " + setting)) {
          rows.next();
          if (!rows.getString(1).equals("on")) {
            throw new DatabaseException(
                "the embedded PostgreSQL runs with " + setting + "=" + rows.getString(1));
          }
        }
      }
    }
  }

  /**
   * Creates a database unless there is one of that name.
   *
   * @param name lower-case letters, digits and underscores
   */
  public void createDatabase(String name) throws SQLException {
    if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
      throw new IllegalArgumentException("not a database name: " + name);
    }
    try (Connection connection = connect(USER);
        Statement statement = connection.createStatement()) {
      boolean exists;
      try (ResultSet rows =
          statement.executeQuery("select 1 from pg_database where datname = '" + name + "'")) {
        exists = rows.next();
      }
      if (!exists) {
        statement.execute("create database " + name);
      }
    }
  }

  private Connection connect(String database) throws SQLException {
    DatabaseAddress address = address(database);
    return DriverManager.getConnection(address.url(), address.user(), address.password());
  }

  /**
   * The address of the node's own database. Whoever listens there in the server's place, once it
   * has ended, is not told the password: a login that would show it is refused.
   */
  public DatabaseAddress address() {
    DatabaseAddress address = address(DATABASE);
    return new DatabaseAddress(
        address.url() + "?requireAuth=scram-sha-256", address.user(), address.password());
  }

  /** The address of a database of this server. */
  public DatabaseAddress address(String database) {
    return new DatabaseAddress(
        "jdbc:postgresql://localhost:" + server.getPort() + "/" + database, USER, password);
  }

  /**
   * Stops the server, and returns when it has ended: open transactions are rolled back, what was
   * committed stays.
   */
  @Override
  public void close() {
    try (lock) {
      stop();
    } catch (IOException e) {
      LOG.warn("Embedded PostgreSQL did not stop cleanly: {}", e.getMessage());
    }
  }

  private void stop() throws IOException {
    Optional<ProcessHandle> process = Optional.empty();
    try {
      process = OrphanedServer.serverOf(data);
    } finally {
      server.close();
    }
    if (process.isPresent()) {
      OrphanedServer.awaitEnd(process.get());
    }
  }
}
