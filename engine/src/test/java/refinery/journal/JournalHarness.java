package refinery.journal;

import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.persistence.jdbc.config.JournalConfig;
import akka.persistence.jdbc.db.SlickDatabase;
import akka.persistence.jdbc.db.SlickExtension;
import akka.persistence.jdbc.db.SlickExtensionImpl;
import akka.serialization.SerializationExtension;
import akka.stream.SystemMaterializer;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import refinery.database.Database;
import refinery.testing.TestDatabase;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/** Our DAO as the plugin makes it, on a real database, without entities. */
public final class JournalHarness implements AutoCloseable {
  private final Database database = TestDatabase.fresh();
  private final ActorSystem system;
  private final RefineryJournalDao dao;

  public JournalHarness() {
    Config config =
        ConfigFactory.parseString(
                "akka.actor.provider = local\nakka.actor.allow-java-serialization = off")
            .withFallback(TestDatabase.persistence(database));
    system = ActorSystem.create("journal", config.resolve());
    Config journal = system.settings().config().getConfig("jdbc-journal");
    SlickDatabase slick = ((SlickExtensionImpl) SlickExtension.get(system)).database(journal);
    dao =
        new RefineryJournalDao(
            slick.database(),
            slick.profile(),
            new JournalConfig(journal),
            SerializationExtension.get(system),
            system.dispatcher(),
            SystemMaterializer.get(system).materializer());
  }

  public ActorSystem system() {
    return system;
  }

  public Database database() {
    return database;
  }

  /** An atomic write of one entity, whose first event has this number. */
  public static AtomicWrite write(String persistenceId, long from, Object... events) {
    List<PersistentRepr> reprs =
        java.util.stream.IntStream.range(0, events.length)
            .mapToObj(
                i ->
                    PersistentRepr.apply(
                            events[i], from + i, persistenceId, "", false, null, "writer")
                        .withTimestamp(1_700_000_000_000L))
            .toList();
    return new AtomicWrite(CollectionConverters.asScala(reprs).toVector());
  }

  /** Writes as one group of the plugin's queue. */
  public CompletionStage<Seq<Try<BoxedUnit>>> persist(AtomicWrite... writes) {
    return FutureConverters.asJava(
        dao.asyncWriteMessages(CollectionConverters.asScala(Arrays.asList(writes)).toVector()));
  }

  /** The first column of the first row. */
  public String one(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : "";
    }
  }

  public void execute(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  ExtendedActorSystem extended() {
    return (ExtendedActorSystem) system;
  }

  @Override
  public void close() {
    TestKit.shutdownActorSystem(system);
    database.close();
  }
}
