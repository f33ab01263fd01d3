package refinery.journal;

import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.persistence.jdbc.AkkaSerialization;
import akka.persistence.jdbc.config.JournalConfig;
import akka.persistence.jdbc.journal.dao.DefaultJournalDao;
import akka.persistence.jdbc.journal.dao.JournalTables.JournalAkkaSerializationRow;
import akka.persistence.journal.Tagged;
import akka.serialization.Serialization;
import akka.stream.Materializer;
import io.micrometer.core.instrument.Timer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import refinery.metering.Metering;
import scala.Option;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.collection.immutable.Set;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;
import scala.util.Failure;
import scala.util.Success;
import scala.util.Try;
import slick.dbio.DBIOAction;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;
import slick.jdbc.SimpleJdbcAction;

/**
 * The write side of the journal. It writes the events of a group of entities in one statement, and
 * in the same transaction the read rows that are true after them. So lists show exactly what is
 * persisted. Reading and deleting are left to the plugin.
 *
 * <p>Extends an internal class of akka-persistence-jdbc 5.2.1. A write that cannot be serialised is
 * rejected alone; any other failure fails the whole group, and its entities restart.
 */
public final class RefineryJournalDao extends DefaultJournalDao {
  private static final int LONGEST_ID = 255;

  private static final RowTable<JournalAkkaSerializationRow> EVENTS =
      RowTable.<JournalAkkaSerializationRow>named("event_journal")
          .column("persistence_id", "text", JournalAkkaSerializationRow::persistenceId)
          .column("sequence_number", "int8", JournalAkkaSerializationRow::sequenceNumber)
          .column("deleted", "bool", JournalAkkaSerializationRow::deleted)
          .column("writer", "text", JournalAkkaSerializationRow::writer)
          .column("write_timestamp", "int8", JournalAkkaSerializationRow::writeTimestamp)
          .column("adapter_manifest", "text", JournalAkkaSerializationRow::adapterManifest)
          .column("event_ser_id", "int4", JournalAkkaSerializationRow::eventSerId)
          .column("event_ser_manifest", "text", JournalAkkaSerializationRow::eventSerManifest)
          .column("event_payload", "bytea", JournalAkkaSerializationRow::eventPayload)
          .column("meta_ser_id", "int4", row -> orNull(row.metaSerId()))
          .column("meta_ser_manifest", "text", row -> orNull(row.metaSerManifest()))
          .column("meta_payload", "bytea", row -> orNull(row.metaPayload()))
          .built(
              ", position",
              ", clock.base + r.place",
              " cross join (select (pg_current_xact_id()::text::bigint + shift) << 20 as base"
                  + " from journal_clock) clock");

  private final Serialization serialization;
  private final Timer persisted;

  public RefineryJournalDao(
      JdbcBackend.DatabaseDef database,
      JdbcProfile profile,
      JournalConfig config,
      Serialization serialization,
      ExecutionContext executor,
      Materializer materializer) {
    super(database, profile, config, serialization, executor, materializer);
    this.serialization = serialization;
    this.persisted =
        Timer.builder("refinery.journal.persist")
            .description("From the order to write events until they are written")
            .serviceLevelObjectives(
                Duration.ofMillis(2),
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                Duration.ofMillis(250),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10))
            .register(Metering.get(materializer.system()).registry());
  }

  private static <T> T orNull(Option<T> option) {
    return option.isDefined() ? option.get() : null;
  }

  @Override
  public Future<Seq<Try<BoxedUnit>>> asyncWriteMessages(Seq<AtomicWrite> messages) {
    List<Tuple2<JournalAkkaSerializationRow, Set<String>>> rows = new ArrayList<>();
    List<Try<BoxedUnit>> results = new ArrayList<>();
    boolean rejected = false;
    for (AtomicWrite write : CollectionConverters.asJava(messages)) {
      try {
        rows.addAll(rowsOf(write));
        results.add(new Success<>(BoxedUnit.UNIT));
      } catch (Exception e) { // Scala throws checked exceptions undeclared
        rejected = true;
        results.add(new Failure<>(e));
      }
    }
    Seq<Try<BoxedUnit>> result = seq(rejected ? results : List.of());
    long asked = System.nanoTime();
    return queueWriteJournalRows(seq(rows))
        .map(
            written -> {
              persisted.record(System.nanoTime() - asked, TimeUnit.NANOSECONDS);
              return result;
            },
            ec());
  }

  private static <T> Seq<T> seq(List<T> list) {
    return CollectionConverters.asScala(list).toVector();
  }

  private List<Tuple2<JournalAkkaSerializationRow, Set<String>>> rowsOf(AtomicWrite write) {
    if (write.persistenceId().length() > LONGEST_ID || write.persistenceId().indexOf('\0') >= 0) {
      throw new IllegalArgumentException("cannot store under this id: " + write.persistenceId());
    }
    return CollectionConverters.asJava(write.payload()).stream().map(this::rowOf).toList();
  }

  private Tuple2<JournalAkkaSerializationRow, Set<String>> rowOf(PersistentRepr repr) {
    if (repr.payload() instanceof Tagged) {
      throw new IllegalArgumentException("this journal stores no tags: they halve its throughput");
    }
    Optional<ReadRow> readRow = Optional.empty();
    Object event = repr.payload();
    if (event instanceof Recorded<?> recorded) {
      readRow = recorded.row();
      event = recorded.event();
    }
    JournalRow row =
        new JournalRow(
            repr,
            serialized(repr.payload()),
            repr.metadata().map(this::serialized),
            readRow,
            ListedArtifacts.of(event),
            RefinedArtifacts.broughtAt(event));
    return new Tuple2<>(row, scala.collection.immutable.Set$.MODULE$.empty());
  }

  private AkkaSerialization.AkkaSerialized serialized(Object payload) {
    return AkkaSerialization.serialize(serialization, payload).get();
  }

  @Override
  @SuppressWarnings({"unchecked", "rawtypes"}) // Slick's effect types have no Java form
  public Future<BoxedUnit> writeJournalRows(
      Seq<Tuple2<JournalAkkaSerializationRow, Set<String>>> rows) {
    List<JournalAkkaSerializationRow> events =
        CollectionConverters.asJava(rows).stream().map(Tuple2::_1).toList();
    DBIOAction action =
        new SimpleJdbcAction<>(context -> inTransaction(context.connection(), events));
    return db().run(action);
  }

  private static BoxedUnit inTransaction(
      Connection connection, List<JournalAkkaSerializationRow> events) {
    try {
      connection.setAutoCommit(false);
      try {
        write(connection, events);
        connection.commit();
      } catch (SQLException | RuntimeException | Error e) {
        rollback(connection, e);
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
      return BoxedUnit.UNIT;
    } catch (SQLException e) {
      throw new JournalWriteException(e);
    }
  }

  private static void rollback(Connection connection, Throwable cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static void write(Connection connection, List<JournalAkkaSerializationRow> events)
      throws SQLException {
    EVENTS.write(connection, events);
    List<ReadRowWriter.Versioned> rows = new ArrayList<>();
    List<ReadRowWriter.Listed> artifacts = new ArrayList<>();
    // Of several events of one entity, only the last one carries the row.
    Map<String, Instant> refinedAt = new HashMap<>();
    for (JournalAkkaSerializationRow event : events) {
      if (event instanceof JournalRow row) {
        row.refinedAt().ifPresent(at -> refinedAt.put(row.entityId(), at));
        row.readRow()
            .ifPresent(
                read ->
                    rows.add(
                        new ReadRowWriter.Versioned(
                            row.sequenceNumber(),
                            read,
                            Optional.ofNullable(refinedAt.remove(row.entityId())))));
        row.artifacts()
            .forEach(one -> artifacts.add(new ReadRowWriter.Listed(row.entityId(), one)));
      }
    }
    ReadRowWriter.write(connection, rows, artifacts);
  }

  /** A group of events could not be written. */
  static final class JournalWriteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JournalWriteException(SQLException cause) {
      super("the journal could not write: " + cause.getMessage(), cause);
    }
  }
}
