package refinery.entity;

import static akka.actor.ActorRef.noSender;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.PoisonPill;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
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
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
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
    return job(id, shard.ref());
  }

  private static ActorRef<JobCommand> job(String id, ActorRef<ClusterSharding.ShardCommand> shard) {
    return KIT.spawn(
        EntityActor.create(
            PersistenceId.of("Job", id),
            id,
            shard,
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
        new Work.Process("command", List.of(), List.of(), Map.of(), Map.of(), List.of("/bin/true")),
        Instant.EPOCH);
  }

  /** Commands that change nothing, all different, so that none stands for another. */
  private static void sayManyThings(ActorRef<JobCommand> job) {
    for (int i = 0; i < MANY; i++) {
      job.tell(new JobCommand.OwnerAcknowledged("nobody", i));
    }
  }

  @Test
  void outlivesAnyNumberOfCommandsThatComeWhileItWrites() throws InterruptedException {
    CompletableFuture<Void> journal = HeldJournal.hold();
    ActorRef<JobCommand> job = job("job-writing");
    job.tell(new JobCommand.Submit(spec("job-writing"), Optional.empty(), replies.ref()));
    HeldJournal.awaitCaller();
    sayManyThings(job);
    journal.complete(null);

    assertThat(replies.receiveMessage(LONG)).isInstanceOf(JobReply.Accepted.class);
    job.tell(new JobCommand.Inspect(replies.ref()));
    assertThat(replies.receiveMessage(LONG)).isInstanceOf(JobReply.State.class);
  }

  @Test
  void outlivesAnyNumberOfCommandsThatComeWhileItRecovers() throws InterruptedException {
    makeAndEnd("job-recovering");
    CompletableFuture<Void> journal = HeldJournal.hold();
    ActorRef<JobCommand> job = job("job-recovering");
    HeldJournal.awaitCaller();
    job.tell(new JobCommand.Inspect(replies.ref()));
    sayManyThings(job);
    journal.complete(null);

    assertThat(replies.receiveMessage(LONG)).isInstanceOf(JobReply.State.class);
    job.tell(new JobCommand.Inspect(replies.ref()));
    assertThat(replies.receiveMessage(LONG)).isInstanceOf(JobReply.State.class);
  }

  @Test
  void answersOnceWhoRepeatsHimselfWhileItWrites() throws InterruptedException {
    ActorRef<JobCommand> job = job("job-repeated");
    job.tell(new JobCommand.Inspect(replies.ref()));
    replies.receiveMessage(LONG);
    CompletableFuture<Void> journal = HeldJournal.hold();
    job.tell(new JobCommand.Submit(spec("job-repeated"), Optional.empty(), replies.ref()));
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
            last -> assertThat(last).isInstanceOf(JobReply.Cancelled.class));
    assertThat(impatient.receiveMessage()).isInstanceOf(JobReply.State.class);
    impatient.expectNoMessage(Duration.ZERO);
  }

  @Test
  void writesTogetherWhatCameWhileItWrote() throws InterruptedException {
    CompletableFuture<Void> journal = HeldJournal.hold();
    ActorRef<JobCommand> job = job("job-together");
    job.tell(new JobCommand.Submit(spec("job-together"), Optional.empty(), replies.ref()));
    HeldJournal.awaitCaller();
    for (int priority = 1; priority <= 40; priority++) {
      job.tell(new JobCommand.SetPriority(priority, Optional.empty(), replies.ref()));
    }
    job.tell(new JobCommand.Inspect(replies.ref()));
    journal.complete(null);

    assertThat(replies.receiveMessage(LONG)).isInstanceOf(JobReply.Accepted.class);
    for (int priority = 1; priority <= 40; priority++) {
      assertThat(replies.receiveMessage(LONG)).isInstanceOf(JobReply.PrioritySet.class);
    }
    JobReply state = replies.receiveMessage(LONG);
    assertThat(state).isInstanceOf(JobReply.State.class);
    assertThat(((JobReply.State) state).state().path("priority").asInt()).isEqualTo(40);
    assertThat(HeldJournal.writes("Job|job-together")).isEqualTo(2);
  }

  /** Leaves a job in the journal that has ended; its actor has stopped. */
  private void makeAndEnd(String id) {
    ActorRef<JobCommand> job = job(id, eagerShard());
    job.tell(new JobCommand.Submit(spec(id), Optional.empty(), replies.ref()));
    job.tell(new JobCommand.Cancel("not wanted", Optional.empty(), replies.ref()));
    assertThat(replies.receiveMessage(LONG)).isInstanceOf(JobReply.Accepted.class);
    assertThat(replies.receiveMessage(LONG)).isInstanceOf(JobReply.Cancelled.class);
    replies.expectTerminated(job, LONG);
  }

  /** A shard that stops an entity as soon as that says it is idle. */
  private static ActorRef<ClusterSharding.ShardCommand> eagerShard() {
    return KIT.spawn(
        Behaviors.receiveMessage(
            message -> {
              if (message instanceof ClusterSharding.Passivate<?> idle) {
                Adapter.toClassic(idle.entity()).tell(PoisonPill.getInstance(), noSender());
              }
              return Behaviors.same();
            }));
  }

  private static CompletableFuture<JobReply> ask(
      ActorRef<JobCommand> job, Function<ActorRef<JobReply>, JobCommand> question) {
    return AskPattern.<JobCommand, JobReply>ask(
            job, question::apply, LONG, KIT.system().scheduler())
        .toCompletableFuture();
  }

  @Test
  void answersAllWhoWaitedForItsRecoveryBeforeItStops() throws InterruptedException {
    makeAndEnd("job-asked-by-many");
    CompletableFuture<Void> journal = HeldJournal.hold();
    ActorRef<JobCommand> job = job("job-asked-by-many", eagerShard());
    HeldJournal.awaitCaller();
    List<CompletableFuture<JobReply>> answers =
        Stream.generate(() -> ask(job, JobCommand.Inspect::new)).limit(100).toList();
    journal.complete(null);

    assertThat(answers)
        .allSatisfy(
            answer -> assertThat(answer).succeedsWithin(LONG).isInstanceOf(JobReply.State.class));
    replies.expectTerminated(job, LONG);
  }
}
