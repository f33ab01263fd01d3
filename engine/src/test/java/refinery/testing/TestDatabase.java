package refinery.testing;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import refinery.database.Database;
import refinery.database.DatabaseAddress;
import refinery.database.EmbeddedPostgres;

/**
 * A real PostgreSQL for tests: one server a JVM, started when first wanted, stopped and removed
 * with the JVM; a fresh database for whoever asks.
 */
public final class TestDatabase {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private TestDatabase() {}

  private static final class Server {
    private static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        Path directory = Files.createTempDirectory("refinery-test-db");
        EmbeddedPostgres postgres = EmbeddedPostgres.start(directory);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(directory), "test-database"));
        return postgres;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Ends the server without the last checkpoint of what is removed anyway, and lets a program
   * remove the many files: on a busy disk both last longer than Surefire waits for a JVM to end.
   */
  private static void remove(Path directory) {
    try {
      String process =
          Files.readAllLines(directory.resolve("postgres/data/postmaster.pid")).getFirst().strip();
      CompletableFuture<ProcessHandle> end =
          ProcessHandle.of(Long.parseLong(process)).orElseThrow().onExit();
      new ProcessBuilder("kill", "-QUIT", process).start();
      end.get(20, TimeUnit.SECONDS);
      new ProcessBuilder("rm", "-rf", "--", directory.toString()).start();
    } catch (IOException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the database in " + directory + " stays", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Where a new, empty database is; no schema yet. */
  public static DatabaseAddress freshAddress() {
    String name = "test_" + NUMBER.incrementAndGet();
    try {
      Server.POSTGRES.createDatabase(name);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot create " + name, e);
    }
    return Server.POSTGRES.address(name);
  }

  /** A new database with the schema in place; close it when the test class ends. */
  public static Database fresh() {
    return Database.open(freshAddress());
  }

  /** The shipped persistence configuration, pointing at this database. */
  public static Config persistence(Database database) {
    return database
        .akkaConfig()
        .withFallback(ConfigFactory.parseResources("persistence.conf"))
        .withFallback(ConfigFactory.load());
  }

  /** Removes a directory of a test with everything in it. */
  public static void delete(Path directory) {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
