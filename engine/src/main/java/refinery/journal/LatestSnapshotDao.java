package refinery.journal;

import akka.persistence.SnapshotMetadata;
import akka.persistence.jdbc.config.SnapshotConfig;
import akka.persistence.jdbc.snapshot.dao.DefaultSnapshotDao;
import akka.serialization.Serialization;
import akka.stream.Materializer;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.runtime.BoxedUnit;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;

/**
 * Keeps only the latest snapshot of each entity. An older one is of no use, because all events are
 * kept. Extends an internal class of akka-persistence-jdbc 5.2.1.
 */
public final class LatestSnapshotDao extends DefaultSnapshotDao {
  private final ExecutionContext executor;

  public LatestSnapshotDao(
      JdbcBackend.DatabaseDef database,
      JdbcProfile profile,
      SnapshotConfig config,
      Serialization serialization,
      ExecutionContext executor,
      Materializer materializer) {
    super(database, profile, config, serialization, executor, materializer);
    this.executor = executor;
  }

  @Override
  public Future<BoxedUnit> save(SnapshotMetadata metadata, Object snapshot) {
    return super.save(metadata, snapshot)
        .flatMap(
            saved -> deleteUpToMaxSequenceNr(metadata.persistenceId(), metadata.sequenceNr() - 1),
            executor);
  }
}
