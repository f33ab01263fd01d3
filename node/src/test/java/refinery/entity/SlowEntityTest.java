package refinery.entity;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.typed.PersistenceId;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.job.JobEffect;
import refinery.job.JobLogic;
import refinery.job.RetryPolicy;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Work;

/** What reaches an entity while it waits for its journal. */
class SlowEntityTest {
  private static final int MANY = 100_000;
  private static final Duration LONG = Duration.ofSeconds(30);

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          ConfigFactory.parseString(
                  """
                  akka.jvm-exit-on-fatal-error = off
                  akka.persistence.journal.plugin = held
                  held { class = "refinery.entity.HeldJournal", plugin-dispatcher = "akka.actor.default-dispatcher" }
                  """)
              .withFallback(ConfigFactory.load("reference")));

  private final TestProbe<ClusterSharding.ShardCommand> shard = KIT.createTestProbe();
  private final TestProbe<JobReply> replies = KIT.createTestProbe();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private ActorRef<JobCommand> job(String id) {
    return KIT.spawn(
        EntityActor.create(
            PersistenceId.of("Job", id),
            id,
            shard.ref(),
            JobCommand.class,
            new JobLogic(new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofMinutes(5))),
            context ->
                effect -> {
                  if (effect instanceof JobEffect.Reply reply) {
                    reply.to().tell(reply.reply());
                  }
                }));
  }

  private static JobSpec spec(String id) {
    return new JobSpec(
        new JobId(id),
        JobKind.PROCESS,
        Optional.empty(),
        List.<BatchId>of(),
        "command",
        50,
        0,
        Resources.of(100, 1 << 20, 0),
        new Work.Process("command", List.of(), Map.of(), List.of("/bin/true")),
        Instant.EPOCH);
  }

  /** Commands that change nothing, all different, so that none stands for another. */
  private static void sayManyThings(ActorRef<JobCommand> job) {
    for (int i = 0; i < MANY; i++) {
      job.tell(new JobCommand.OwnerAcknowledged("nobody", i));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void outlivesAnyNumberOfCommandsThatComeWhileItWritesOrRecovers(boolean recovers)
      throws InterruptedException {
    String id = "job-many-" + recovers;
    CompletableFuture<Void> journal = HeldJournal.hold();
    ActorRef<JobCommand> job = job(id);
    if (!recovers) {
      journal.complete(null);
      job.tell(new JobCommand.Inspect(replies.ref()));
      replies.receiveMessage(LONG);
      journal = HeldJournal.hold();
    }
    job.tell(new JobCommand.Submit(spec(id), replies.ref()));
    HeldJournal.awaitCaller();
    sayManyThings(job);
    journal.complete(null);

    assertThat(replies.receiveMessage(LONG)).isInstanceOf(JobReply.Accepted.class);
    job.tell(new JobCommand.Inspect(replies.ref()));
    assertThat(replies.receiveMessage(LONG)).isInstanceOf(JobReply.State.class);
  }

  @Test
  void answersOnceWhoRepeatsHimselfWhileItWrites() throws InterruptedException {
    ActorRef<JobCommand> job = job("job-repeated");
    job.tell(new JobCommand.Inspect(replies.ref()));
    replies.receiveMessage(LONG);
    CompletableFuture<Void> journal = HeldJournal.hold();
    job.tell(new JobCommand.Submit(spec("job-repeated"), replies.ref()));
    HeldJournal.awaitCaller();
    TestProbe<JobReply> impatient = KIT.createTestProbe();
    for (int i = 0; i < 1000; i++) {
      job.tell(new JobCommand.Inspect(impatient.ref()));
    }
    job.tell(new JobCommand.Cancel("the last", Optional.empty(), replies.ref()));
    journal.complete(null);

    List<JobReply> heard = new ArrayList<>();
    heard.add(replies.receiveMessage(LONG));
    heard.add(replies.receiveMessage(LONG));
    assertThat(heard)
        .satisfiesExactly(
            first -> assertThat(first).isInstanceOf(JobReply.Accepted.class),
            last -> assertThat(last).isInstanceOf(JobReply.Done.class));
    assertThat(impatient.receiveMessage()).isInstanceOf(JobReply.State.class);
    impatient.expectNoMessage(Duration.ZERO);
  }
}
