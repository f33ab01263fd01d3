package refinery.entity;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import akka.persistence.typed.PersistenceId;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.schedule.ScheduleReply;
import refinery.protocol.schedule.ScheduleRequest;
import refinery.protocol.survey.SurveyRequest;
import refinery.schedule.ScheduleEffect;
import refinery.schedule.ScheduleLogic;

/** When the actor asks its shard to be stopped: each start reads the journal. */
class EntityActorTest {
  private static final ActorTestKit KIT =
      ActorTestKit.create(
          ConfigFactory.parseString("akka.persistence.testkit.events.serialize = off")
              .withFallback(PersistenceTestKitPlugin.config())
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
        new Work.Process("command", List.of(), List.of(), Map.of(), Map.of(), List.of("/bin/true")),
        Instant.EPOCH);
  }

  @Test
  void staysFromItsFirstCommandUntilItHasEnded() {
    ActorRef<JobCommand> job = job("job-stays");
    job.tell(new JobCommand.Submit(spec("job-stays"), Optional.empty(), replies.ref()));
    assertThat(replies.receiveMessage()).isInstanceOf(JobReply.Accepted.class);
    shard.expectNoMessage(Duration.ZERO);

    job.tell(new JobCommand.Cancel("a test", Optional.empty(), replies.ref()));
    replies.receiveMessage();
    assertThat(shard.receiveMessage()).isEqualTo(new ClusterSharding.Passivate<>(job));
  }

  @Test
  void doesNotStayForAnIdThatNobodySubmitted() {
    ActorRef<JobCommand> job = job("job-nowhere");
    job.tell(new JobCommand.Inspect(replies.ref()));
    assertThat(replies.receiveMessage()).isEqualTo(new JobReply.NotFound(new JobId("job-nowhere")));
    assertThat(shard.receiveMessage()).isEqualTo(new ClusterSharding.Passivate<>(job));
  }

  /** Akka refuses timers of more than 248 days; the next 29th of February is often farther away. */
  @Test
  void waitsForATimeThatIsFartherAwayThanAnyTimer() {
    TestProbe<ScheduleReply> answers = KIT.createTestProbe();
    ActorRef<ScheduleCommand> schedule =
        KIT.spawn(
            EntityActor.create(
                PersistenceId.of("Schedule", "schedule-leap"),
                "schedule-leap",
                shard.ref(),
                ScheduleCommand.class,
                new ScheduleLogic(),
                context ->
                    effect -> {
                      if (effect instanceof ScheduleEffect.Reply reply) {
                        reply.to().tell(reply.reply());
                      }
                    }));
    SurveyRequest survey =
        new SurveyRequest("ena", JsonNodeFactory.instance.objectNode(), "p", Map.of(), 1, Map.of());
    schedule.tell(
        new ScheduleCommand.Create(
            new ScheduleRequest("0 0 29 2 *", "UTC", survey, true),
            Optional.empty(),
            answers.ref()));
    schedule.tell(new ScheduleCommand.Inspect(answers.ref()));
    assertThat(answers.receiveMessage()).isInstanceOf(ScheduleReply.Created.class);
    assertThat(answers.receiveMessage()).isInstanceOf(ScheduleReply.State.class);
  }
}
