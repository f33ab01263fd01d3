package refinery.journal;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ActorRef;
import akka.persistence.AtomicWrite;
import akka.persistence.JournalProtocol;
import akka.persistence.JournalProtocol.RecoverySuccess;
import akka.persistence.JournalProtocol.ReplayMessages;
import akka.persistence.JournalProtocol.ReplayedMessage;
import akka.persistence.JournalProtocol.WriteMessages;
import akka.persistence.Persistence;
import akka.persistence.PersistentEnvelope;
import akka.persistence.PersistentRepr;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What {@code akka.persistence.journal.JournalSpec} demands of every journal, case by case, against
 * ours. (The kit itself is a ScalaTest suite that is not among this build's dependencies.) Payloads
 * are plain text: not everything that is persisted is one of our events.
 */
class JournalContractTest {
  private static final int WRITER = 17;

  private static JournalHarness harness;
  private static ActorRef journal;

  private final String writerUuid = UUID.randomUUID().toString();
  private String pid;
  private TestKit probe;

  @BeforeAll
  static void start() {
    harness = new JournalHarness();
    journal = Persistence.get(harness.system()).journalFor("jdbc-journal", ConfigFactory.empty());
  }

  @AfterAll
  static void stop() {
    harness.close();
  }

  @BeforeEach
  void fiveMessages() {
    pid = "contract-" + UUID.randomUUID();
    probe = new TestKit(harness.system());
    writeMessages(1, 5, pid, writerUuid);
  }

  private PersistentRepr repr(long seqNr, Object payload, String id, String writer) {
    return PersistentRepr.apply(payload, seqNr, id, "", false, probe.getRef(), writer);
  }

  private void writeMessages(long from, long to, String id, String writer) {
    List<PersistentEnvelope> writes = new ArrayList<>();
    // the kit writes single events and, where the journal can, atomic groups: both here
    for (long seqNr = from; seqNr < to - 1; seqNr++) {
      writes.add(new AtomicWrite(seq(List.of(repr(seqNr, "a-" + seqNr, id, writer)))));
    }
    writes.add(
        new AtomicWrite(
            seq(
                LongStream.rangeClosed(to - 1, to)
                    .mapToObj(seqNr -> repr(seqNr, "a-" + seqNr, id, writer))
                    .toList())));
    journal.tell(new WriteMessages(seq(writes), probe.getRef(), WRITER), probe.getRef());
    probe.expectMsgClass(JournalProtocol.WriteMessagesSuccessful$.class);
    for (long seqNr = from; seqNr <= to; seqNr++) {
      JournalProtocol.WriteMessageSuccess success =
          probe.expectMsgClass(JournalProtocol.WriteMessageSuccess.class);
      assertThat(success.persistent().payload()).isEqualTo("a-" + seqNr);
      assertThat(success.persistent().sequenceNr()).isEqualTo(seqNr);
      assertThat(success.actorInstanceId()).isEqualTo(WRITER);
    }
  }

  private static <T> scala.collection.immutable.Seq<T> seq(List<T> list) {
    return CollectionConverters.asScala(list).toVector();
  }

  private void expectReplay(
      long from, long to, long max, long highest, boolean anyWriter, long... expected) {
    TestKit receiver = new TestKit(harness.system());
    journal.tell(new ReplayMessages(from, to, max, pid, receiver.getRef()), receiver.getRef());
    for (long seqNr : expected) {
      PersistentRepr replayed = receiver.expectMsgClass(ReplayedMessage.class).persistent();
      assertThat(replayed.sequenceNr()).isEqualTo(seqNr);
      assertThat(replayed.payload()).isEqualTo("a-" + seqNr);
      assertThat(replayed.persistenceId()).isEqualTo(pid);
      assertThat(replayed.deleted()).isFalse();
      assertThat(replayed.timestamp()).isPositive();
      if (!anyWriter) {
        assertThat(replayed.writerUuid()).isEqualTo(writerUuid);
      }
    }
    assertThat(receiver.expectMsgClass(RecoverySuccess.class).highestSequenceNr())
        .isEqualTo(highest);
  }

  private void expectReplay(long from, long to, long max, long... expected) {
    expectReplay(from, to, max, 5, false, expected);
  }

  private void delete(long to) {
    journal.tell(new JournalProtocol.DeleteMessagesTo(pid, to, probe.getRef()), probe.getRef());
    assertThat(probe.expectMsgClass(akka.persistence.DeleteMessagesSuccess.class).toSequenceNr())
        .isEqualTo(to);
  }

  @Test
  void replaysAll() {
    expectReplay(1, Long.MAX_VALUE, Long.MAX_VALUE, 1, 2, 3, 4, 5);
  }

  @Test
  void replaysFromALowerBound() {
    expectReplay(3, Long.MAX_VALUE, Long.MAX_VALUE, 3, 4, 5);
  }

  @Test
  void replaysToAnUpperBound() {
    expectReplay(1, 3, Long.MAX_VALUE, 1, 2, 3);
  }

  @Test
  void replaysSoManyAndNoMore() {
    expectReplay(1, Long.MAX_VALUE, 3, 1, 2, 3);
    expectReplay(2, 3, Long.MAX_VALUE, 2, 3);
    expectReplay(2, 5, 2, 2, 3);
  }

  @Test
  void replaysOneOrNone() {
    expectReplay(2, 2, Long.MAX_VALUE, 2);
    expectReplay(2, 4, 1, 2);
    expectReplay(2, 4, 0);
    expectReplay(3, 2, Long.MAX_VALUE);
    expectReplay(6, Long.MAX_VALUE, Long.MAX_VALUE);
    expectReplay(1, 0, 0);
  }

  @Test
  void doesNotReplayWhatWasDeleted() {
    delete(3);
    expectReplay(1, Long.MAX_VALUE, Long.MAX_VALUE, 4, 5);
  }

  @Test
  void keepsTheHighestNumberAfterDeletion() {
    delete(3);
    expectReplay(1, Long.MAX_VALUE, Long.MAX_VALUE, 4, 5);
    delete(5);
    expectReplay(1, Long.MAX_VALUE, Long.MAX_VALUE);
    delete(Long.MAX_VALUE);
    expectReplay(1, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  @Test
  void knowsNothingOfAnUnknownId() {
    pid = "unknown-" + pid;
    expectReplay(1, Long.MAX_VALUE, Long.MAX_VALUE, 0, true);
  }

  @Test
  void appendsAfterAnotherWriter() {
    writeMessages(6, 9, pid, UUID.randomUUID().toString());
    expectReplay(1, Long.MAX_VALUE, Long.MAX_VALUE, 9, true, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void keepsMetadata() {
    PersistentRepr withMetadata = repr(6, "a-6", pid, writerUuid).withMetadata("meta");
    journal.tell(
        new WriteMessages(
            seq(List.of(new AtomicWrite(seq(List.of(withMetadata))))), probe.getRef(), WRITER),
        probe.getRef());
    probe.expectMsgClass(JournalProtocol.WriteMessagesSuccessful$.class);
    TestKit receiver = new TestKit(harness.system());
    journal.tell(new ReplayMessages(6, 6, 1, pid, receiver.getRef()), receiver.getRef());
    assertThat(receiver.expectMsgClass(ReplayedMessage.class).persistent().metadata().get())
        .isEqualTo("meta");
  }

  @Test
  void rejectsWhatCannotBeSerialisedAndStoresTheRest() {
    Object unserialisable = new Object();
    journal.tell(
        new WriteMessages(
            seq(
                List.<PersistentEnvelope>of(
                    new AtomicWrite(seq(List.of(repr(6, unserialisable, pid, writerUuid)))))),
            probe.getRef(),
            WRITER),
        probe.getRef());
    probe.expectMsgClass(JournalProtocol.WriteMessagesSuccessful$.class);
    probe.expectMsgClass(JournalProtocol.WriteMessageRejected.class);
    expectReplay(1, Long.MAX_VALUE, Long.MAX_VALUE, 1, 2, 3, 4, 5);
  }
}
