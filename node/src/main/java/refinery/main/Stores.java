package refinery.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import refinery.database.Database;
import refinery.datasets.DatasetPlanner;
import refinery.manifests.Manifests;
import refinery.protocol.dataset.Datasets;
import refinery.readmodel.SqlExecutor;
import refinery.readmodel.SqlNodeQueries;
import refinery.readmodel.SqlReadModel;
import refinery.readmodel.SqlSampleQueries;
import refinery.readmodel.SqlSetQueries;
import refinery.storage.ObjectStore;
import refinery.storage.Storage;
import refinery.storage.StoredManifests;
import refinery.storage.Sweeper;

/**
 * What all parts of a node keep things in: the read model, storage, and the lists that it has.
 *
 * @param oneVolume whether raw data lies on the volume of the attempts' scratch
 */
record Stores(
    SqlExecutor sql,
    SqlNodeQueries queries,
    SqlSetQueries setQueries,
    ObjectStore temporary,
    ObjectStore permanent,
    Manifests manifests,
    Datasets datasets,
    boolean oneVolume) {

  /** Opens them, and begins to sweep what nobody wants. */
  static Stores open(Path dir, Settings settings, Database database, Opened opened)
      throws IOException {
    SqlExecutor sql = opened.add(new SqlExecutor(database.dataSource(), Database.CONNECTIONS));
    SqlNodeQueries queries = new SqlNodeQueries(sql);
    Storage storage = opened.add(settings.storage().open(dir));
    ObjectStore temporary = storage.temporary();
    ObjectStore permanent = storage.permanent();
    opened.add(
        new Sweeper(temporary, permanent, queries, settings.storage().sweep(), Clock.systemUTC())
            .start());
    Manifests manifests = new StoredManifests(permanent, dir.resolve("lists"));
    return new Stores(
        sql,
        queries,
        new SqlSetQueries(sql),
        temporary,
        permanent,
        manifests,
        opened.add(
            new DatasetPlanner(
                new SqlSampleQueries(sql, settings.harmonisation()::of),
                new SqlReadModel(sql, manifests),
                manifests)),
        isOneVolume(dir, settings));
  }

  private static boolean isOneVolume(Path dir, Settings settings) throws IOException {
    Optional<Path> raw = settings.storage().temporaryDirectory(dir);
    Path scratch = settings.agent().scratch().orElse(dir).toAbsolutePath();
    while (!Files.exists(scratch)) {
      scratch = scratch.getParent();
    }
    return raw.isPresent() && Files.getFileStore(raw.get()).equals(Files.getFileStore(scratch));
  }
}
