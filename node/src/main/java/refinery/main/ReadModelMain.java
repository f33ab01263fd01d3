package refinery.main;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.client.CommandFailure;
import refinery.configuration.Configuration;
import refinery.configuration.ConfigurationException;
import refinery.database.Database;
import refinery.database.DatabaseAddress;
import refinery.database.DatabaseException;
import refinery.database.EmbeddedPostgres;
import refinery.pipeline.PipelineCatalog;
import refinery.readmodel.ReadModelRebuild;

/** {@code refinery read-model}: compares the read rows with the journal, or makes them anew. */
public final class ReadModelMain {
  private static final int SHOWN = 20;

  private ReadModelMain() {}

  /** What to do with the read rows. */
  public enum Act {
    VERIFY,
    REBUILD
  }

  /**
   * Opens the database of a stopped node, or the one at {@code db}.
   *
   * @return the exit code: 0, or 1 when rows and journal disagree
   */
  public static int run(Act act, Path dir, Optional<String> db, PrintWriter out) {
    try {
      if (db.isPresent()) {
        return run(act, DatabaseAddress.parse(db.get(), System.getenv()), out);
      }
      if (!Files.isDirectory(dir.resolve("postgres"))) {
        throw CommandFailure.usage("--dir: " + dir + " has no node's database");
      }
      try (EmbeddedPostgres embedded = EmbeddedPostgres.start(dir)) {
        return run(act, embedded.address(), out);
      }
    } catch (ConfigurationException | DatabaseException | IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    } catch (SQLException e) {
      throw CommandFailure.failed("the read model cannot be read: " + e.getMessage());
    }
  }

  private static int run(Act act, DatabaseAddress address, PrintWriter out) throws SQLException {
    Settings settings =
        Settings.from(
            Configuration.load(
                Optional.empty(),
                Map.of(),
                System.getenv(),
                AkkaSettings.from(NodeOptions.defaults())));
    Planner planner =
        new Planner(
            new PipelineCatalog(settings.pipelines(), InstantSource.system()),
            settings.demand(),
            false,
            Optional.empty());
    try (Database database = Database.openForMaintenance(address)) {
      ReadModelRebuild rows =
          new ReadModelRebuild(
              database.dataSource(), LogicProjector.all(settings.retry(), planner));
      if (act == Act.REBUILD) {
        out.println("rebuilt from " + rows.rebuild() + " events");
      }
      List<ReadModelRebuild.Difference> differences = rows.verify();
      out.println(differences.size() + " rows differ from the journal");
      differences.stream()
          .limit(SHOWN)
          .forEach(row -> out.println(row.table() + " " + row.key() + ": " + row.what()));
      return differences.isEmpty() ? 0 : CommandFailure.WORK_FAILED;
    }
  }
}
