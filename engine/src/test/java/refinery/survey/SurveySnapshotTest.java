package refinery.survey;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.typed.PersistenceId;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.database.Database;
import refinery.entity.Decision;
import refinery.entity.EntityActor;
import refinery.entity.Logic;
import refinery.entity.Moment;
import refinery.entity.Onlooker;
import refinery.entity.Snapshots;
import refinery.journal.EntityHistory;
import refinery.journal.ReadRow;
import refinery.protocol.BatchId;
import refinery.protocol.Ids;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Standing;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyEvent;
import refinery.protocol.survey.SurveyReply;
import refinery.protocol.survey.SurveyRequest;
import refinery.testing.TestDatabase;

/** A survey that was stored whole, in a real database with the shipped settings. */
class SurveySnapshotTest {
  private static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");
  private static final Database DATABASE = TestDatabase.fresh();
  private static final ActorTestKit KIT = ActorTestKit.create(TestDatabase.persistence(DATABASE));
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int BATCHES = 1_500;

  private final TestProbe<ClusterSharding.ShardCommand> shard = KIT.createTestProbe();
  private final TestProbe<SurveyReply> replies = KIT.createTestProbe();
  private final Watched logic = new Watched();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
    DATABASE.close();
  }

  /** The survey's own logic; shows the state that the actor decides from. */
  private static final class Watched
      implements Logic<SurveyCommand, SurveyEvent, SurveyLogic.Slot, SurveyEffect> {
    private final SurveyLogic logic = new SurveyLogic();
    private final AtomicReference<SurveyLogic.Slot> seen = new AtomicReference<>();

    @Override
    public SurveyLogic.Slot empty(String entityId) {
      return logic.empty(entityId);
    }

    @Override
    public Decision<SurveyEvent, SurveyEffect> decide(
        SurveyLogic.Slot state, SurveyCommand command, Moment moment) {
      seen.set(state);
      return logic.decide(state, command, moment);
    }

    @Override
    public SurveyLogic.Slot evolve(SurveyLogic.Slot state, SurveyEvent event) {
      return logic.evolve(state, event);
    }

    @Override
    public Optional<ReadRow> row(SurveyLogic.Slot state) {
      return logic.row(state);
    }

    @Override
    public List<SurveyEffect> outstanding(SurveyLogic.Slot state) {
      return logic.outstanding(state);
    }

    @Override
    public Optional<Instant> wakeAt(SurveyLogic.Slot state) {
      return logic.wakeAt(state);
    }

    @Override
    public boolean isSettled(SurveyLogic.Slot state) {
      return logic.isSettled(state);
    }

    @Override
    public SurveyCommand wake() {
      return logic.wake();
    }
  }

  private ActorRef<SurveyCommand> survey(String id) {
    return KIT.spawn(
        EntityActor.create(
            PersistenceId.of("Survey", id),
            id,
            shard.ref(),
            SurveyCommand.class,
            logic,
            Snapshots.GROWING,
            Onlooker.none(),
            context ->
                effect -> {
                  if (effect instanceof SurveyEffect.Reply reply) {
                    reply.to().tell(reply.reply());
                  }
                }));
  }

  private static BatchId batch(int number) {
    return BatchSpec.idOf("ena", "SRR" + (100_000 + number), "p", Map.of());
  }

  private static BatchSpec spec(int number) {
    String run = "SRR" + (100_000 + number);
    return new BatchSpec(
        batch(number),
        "ena",
        run,
        "p",
        Optional.of("homo_sapiens"),
        Map.of(),
        Map.of(),
        Map.of("title", "one of many"),
        List.of(),
        "ena:" + run,
        number,
        Optional.empty());
  }

  /** More events than a snapshot needs; some batches are found and have not answered. */
  private void make(String id) {
    ActorRef<SurveyCommand> survey = survey(id);
    survey.tell(
        new SurveyCommand.Create(
            new SurveyRequest(
                "ena",
                JsonNodeFactory.instance.objectNode().put("accession", "PRJNA1"),
                "p",
                Map.of(),
                50,
                Map.of("label", "large")),
            Optional.empty(),
            replies.ref()));
    survey.tell(
        new SurveyCommand.Record(
            Ids.surveyJob(new SurveyId(id), 1),
            IntStream.range(0, BATCHES).mapToObj(SurveySnapshotTest::spec).toList(),
            replies.ref()));
    for (int number = 0; number < BATCHES - 100; number++) {
      BatchState state = number % 3 == 0 ? BatchState.FAILED : BatchState.DONE;
      survey.tell(
          new SurveyCommand.BatchClaimed(
              batch(number), 1, Optional.of(LATER), new Standing(1, state, false)));
    }
    survey.tell(new SurveyCommand.Inspect(replies.ref()));
    assertThat(replies.receiveMessage(LONG)).isInstanceOf(SurveyReply.Created.class);
    assertThat(replies.receiveMessage(LONG)).isInstanceOf(SurveyReply.Recorded.class);
    assertThat(replies.receiveMessage(LONG)).isInstanceOf(SurveyReply.State.class);
    KIT.stop(survey);
  }

  private static SurveyLogic.Slot replayed(String id) throws SQLException {
    SurveyLogic plain = new SurveyLogic();
    AtomicReference<SurveyLogic.Slot> state = new AtomicReference<>(plain.empty(id));
    try (Connection connection = DATABASE.dataSource().getConnection()) {
      EntityHistory.read(
          connection,
          "Survey|" + id,
          event -> state.set(plain.evolve(state.get(), (SurveyEvent) event)));
    }
    return state.get();
  }

  private SurveyLogic.Slot recovered(String id) {
    ActorRef<SurveyCommand> survey = survey(id);
    survey.tell(new SurveyCommand.Inspect(replies.ref()));
    assertThat(replies.receiveMessage(LONG)).isInstanceOf(SurveyReply.State.class);
    KIT.stop(survey);
    return logic.seen.get();
  }

  private static int change(String sql, String id) throws SQLException {
    try (Connection connection = DATABASE.dataSource().getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, "Survey|" + id);
      return statement.executeUpdate();
    }
  }

  /** The sequence numbers of its snapshots. */
  private static List<Long> snapshots(String id) throws SQLException {
    try (Connection connection = DATABASE.dataSource().getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select array_agg(sequence_number) from snapshot where persistence_id = ?")) {
      statement.setString(1, "Survey|" + id);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return List.of((Long[]) row.getArray(1).getArray());
      }
    }
  }

  @Test
  void recoversFromItsSnapshotAsFromItsEvents() throws SQLException {
    make("survey-large");
    SurveyLogic.Slot expected = replayed("survey-large");
    assertThat(expected.survey().orElseThrow().claims().members()).hasSize(BATCHES - 100);
    assertThat(expected.survey().orElseThrow().claims().found()).hasSize(100);
    assertThat(snapshots("survey-large")).hasSize(1);
    int spoilt =
        change(
            "update event_journal set event_payload = 'unreadable' where persistence_id = ?"
                + " and sequence_number < 1024",
            "survey-large");
    assertThat(spoilt).isEqualTo(1023);
    assertThat(recovered("survey-large")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "snapshot_payload = 'broken'",
        "snapshot_payload = substring(snapshot_payload from 1 for 200)",
        "snapshot_ser_manifest = 'survey-0'",
        "snapshot_ser_id = 1999999"
      })
  void ignoresASnapshotThatItCannotRead(String damage) throws SQLException {
    String id = "survey-damaged-" + Integer.toHexString(damage.hashCode());
    make(id);
    SurveyLogic.Slot expected = replayed(id);
    assertThat(change("update snapshot set " + damage + " where persistence_id = ?", id))
        .isEqualTo(1);
    assertThat(recovered(id)).isEqualTo(expected);
  }
}
