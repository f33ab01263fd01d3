package refinery.notifications;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import refinery.journal.JournalHarness;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.notifications.NotifierCommand;
import refinery.protocol.query.JobView;
import refinery.readmodel.NotificationQueries;
import refinery.readmodel.NotificationQueries.GivenUp;
import refinery.readmodel.SqlExecutor;
import refinery.readmodel.SqlNotificationQueries;
import refinery.readmodel.SqlReadModel;
import refinery.testing.FailingJobs;
import refinery.testing.Receiver;
import refinery.testing.Receiver.Received;

/** The notifier over a real journal and real HTTP receivers. */
class NotifierTest {
  private final ActorTestKit kit =
      ActorTestKit.create(
          ConfigFactory.parseString(
                  "akka.actor.testkit.typed { filter-leeway = 30s, single-expect-default = 30s }")
              .withFallback(ActorTestKit.applicationTestConfig()));
  private final JournalHarness journal = new JournalHarness();
  private final SqlExecutor sql = new SqlExecutor(journal.database().dataSource(), 4);
  private final NotificationQueries queries =
      new SqlNotificationQueries(sql, FailingJobs.PROJECTOR);
  private final FailingJobs jobs = new FailingJobs(journal);
  private final Receiver receiver = new Receiver();
  private final Receiver slack = new Receiver();
  private final Queue<String> log = new ConcurrentLinkedQueue<>();
  private final List<Channels> opened = new ArrayList<>();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
    opened.forEach(Channels::close);
    receiver.close();
    slack.close();
    sql.close();
    journal.close();
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofMinutes(1));
  }

  private ActorRef<NotifierCommand> notifier(NotificationQueries over, String overrides) {
    NotificationsConfig config =
        NotificationsConfig.from(
            ConfigFactory.parseString("refinery.notifications {" + overrides + "}")
                .withFallback(
                    ConfigFactory.parseString(
                        """
                        refinery.notifications {
                          poll = 20ms, timeout = 30s, backoff { min = 5ms, max = 40ms }
                          slack.at-most-every = 20ms, log = false
                        }
                        """))
                .withFallback(ConfigFactory.parseResources("notifications.conf"))
                .resolve()
                .getConfig("refinery"));
    Channels configured = Channels.open(config, "9.9");
    opened.add(configured);
    List<Channel> all = new ArrayList<>(configured.all());
    all.add(new LogChannel(log::add));
    Channels channels = new Channels(Optional.empty(), all);
    opened.add(channels);
    return kit.spawn(
        Behaviors.supervise(Notifier.create(config, channels, over, Clock.systemUTC()))
            .onFailure(SupervisorStrategy.restart()));
  }

  private String webhook() {
    return "webhook.url = \"" + receiver.url() + "\",";
  }

  private String slack() {
    return "slack.url = \"" + slack.url() + "\",";
  }

  private JsonNode channel(ActorRef<NotifierCommand> notifier, String name) {
    TestProbe<NotifierCommand.Report> probe = kit.createTestProbe();
    notifier.tell(new NotifierCommand.Describe(probe.getRef()));
    for (JsonNode channel : probe.receiveMessage().state().path("channels")) {
      if (channel.path("channel").asText().equals(name)) {
        return channel;
      }
    }
    throw new AssertionError("no channel " + name);
  }

  /** Every channel has found where it starts. */
  private ActorRef<NotifierCommand> started(ActorRef<NotifierCommand> notifier) {
    await().until(() -> !channel(notifier, "log").path("state").asText().equals("starting"));
    TestProbe<NotifierCommand.Report> probe = kit.createTestProbe();
    await()
        .until(
            () -> {
              notifier.tell(new NotifierCommand.Describe(probe.getRef()));
              return probe
                  .receiveMessage()
                  .state()
                  .path("channels")
                  .findValuesAsText("state")
                  .stream()
                  .noneMatch("starting"::equals);
            });
    return notifier;
  }

  private static List<String> deliveries(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "job-x" + i + ".4").toList();
  }

  private void fail(int from, int to) {
    IntStream.range(from, to).forEach(i -> jobs.fail("x" + i, "exit 1"));
  }

  private String served(String name) throws Exception {
    JobView view =
        new SqlReadModel(sql)
            .job(new JobId("job-" + name))
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS)
            .orElseThrow();
    return Json.MAPPER.writeValueAsString(view);
  }

  @Test
  void eachJobIsDeliveredOnceInOrderAndAsTheApiServesIt() throws Exception {
    jobs.fail("before", "nobody listened yet");
    ActorRef<NotifierCommand> notifier =
        started(notifier(queries, webhook() + "webhook.token = t0ken, page-size = 4"));
    fail(0, 10);
    await().untilAsserted(() -> assertThat(receiver.taken()).hasSizeGreaterThanOrEqualTo(10));
    await().until(() -> channel(notifier, "webhook").path("delivered").asInt() == 10);
    assertThat(receiver.taken()).isEqualTo(deliveries(0, 10));
    assertThat(receiver.received().get(3).body()).isEqualTo(served("x3"));
    assertThat(receiver.received().get(3).headers().getFirst("Authorization"))
        .isEqualTo("Bearer t0ken");
    assertThat(receiver.received().get(3).headers().getFirst("Content-Type"))
        .isEqualTo("application/json");
    assertThat(receiver.received().get(3).headers().getFirst("User-Agent"))
        .isEqualTo("refinery/9.9");
    assertThat(receiver.received().get(3).headers()).doesNotContainKey("X-Refinery-Signature");
    JsonNode state = channel(notifier, "webhook");
    assertThat(state.path("state").asText()).isEqualTo("idle");
    assertThat(state.path("failed_tries").asInt()).isZero();
    assertThat(state.path("pending").asInt()).isZero();
    assertThat(state.path("last_delivered_at").isTextual()).isTrue();
    assertThat(state.path("target").asText()).doesNotContain("s3cret").contains("127.0.0.1:");
    assertThat(log).hasSize(10).allMatch(line -> line.contains("was given up: permanent at run"));
  }

  /** The value is RFC 2104's, as openssl dgst -sha256 -hmac computes it. */
  @Test
  void theSignatureIsTheHmacOfTheBody() {
    assertThat(WebhookChannel.signature("key", "The quick brown fox jumps over the lazy dog"))
        .isEqualTo("sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
    started(notifier(queries, webhook() + "webhook.secret = key"));
    fail(0, 1);
    await().until(() -> receiver.received().size() == 1);
    Received first = receiver.received().getFirst();
    assertThat(first.headers().getFirst("X-Refinery-Signature"))
        .isEqualTo(WebhookChannel.signature("key", first.body()));
  }

  @Test
  void aReceiverThatFailsIsTriedUntilItTakesThemAllInOrder() {
    receiver.answers(body -> receiver.received().size() < 3 ? 500 : 200);
    ActorRef<NotifierCommand> notifier = started(notifier(queries, webhook()));
    LoggingTestKit.warn("of jobs that were given up: HTTP status 500")
        .withOccurrences(1)
        .expect(
            kit.system(),
            () ->
                LoggingTestKit.info("is told again")
                    .withOccurrences(1)
                    .expect(
                        kit.system(),
                        () -> {
                          fail(0, 3);
                          await().until(() -> receiver.taken().size() == 3);
                          return null;
                        }));
    assertThat(receiver.received().stream().map(Received::delivery).limit(4))
        .containsOnly("job-x0.4");
    assertThat(receiver.taken()).isEqualTo(deliveries(0, 3));
    await().until(() -> channel(notifier, "webhook").path("failed_tries").asInt() == 3);
  }

  @Test
  void aReceiverThatNeverAnswersHoldsUpNobodyElse() {
    receiver.answers(body -> Receiver.NEVER);
    ActorRef<NotifierCommand> notifier =
        started(notifier(queries, webhook() + slack() + "timeout = 1s"));
    fail(0, 2);
    await().until(() -> log.size() == 2 && slack.received().size() >= 1);
    await().until(() -> channel(notifier, "webhook").path("failed_tries").asInt() >= 1);
    JsonNode state = channel(notifier, "webhook");
    assertThat(state.path("state").asText()).isEqualTo("down");
    assertThat(state.path("last_error").path("reason").asText())
        .isEqualTo("no complete answer in 1000 ms");
    assertThat(state.path("next_job").asText()).isEqualTo("job-x0");
    assertThat(state.path("delivered").asInt()).isZero();
    receiver.answers(body -> 200);
    await().until(() -> channel(notifier, "webhook").path("delivered").asInt() == 2);
    assertThat(receiver.taken().stream().distinct()).containsExactlyElementsOf(deliveries(0, 2));
  }

  @Test
  void aReceiverThatIsNotThereIsWaitedFor() {
    receiver.close();
    ActorRef<NotifierCommand> notifier = started(notifier(queries, webhook()));
    fail(0, 1);
    await().until(() -> channel(notifier, "webhook").path("failed_tries").asInt() >= 2);
    assertThat(channel(notifier, "webhook").path("last_error").path("reason").asText())
        .isEqualTo("cannot connect");
    assertThat(channel(notifier, "webhook").path("skipped").asInt()).isZero();
  }

  @Test
  void redirectsAreNotFollowed() {
    receiver.answers(body -> 307);
    ActorRef<NotifierCommand> notifier = started(notifier(queries, webhook()));
    fail(0, 1);
    await().until(() -> channel(notifier, "webhook").path("failed_tries").asInt() >= 2);
    assertThat(channel(notifier, "webhook").path("last_error").path("reason").asText())
        .isEqualTo("HTTP status 307");
    assertThat(receiver.taken()).isEmpty();
  }

  @Test
  void aMessageThatTheReceiverRefusesDoesNotBlockTheOthers() {
    receiver.answers(body -> body.contains("\"job-x1\"") ? 400 : 200);
    ActorRef<NotifierCommand> notifier = started(notifier(queries, webhook() + "max-refusals = 3"));
    LoggingTestKit.warn("refused job-x1 3 times, the last time with HTTP status 400: skipped")
        .withOccurrences(1)
        .expect(
            kit.system(),
            () -> {
              fail(0, 4);
              await().until(() -> receiver.taken().size() == 3);
              return null;
            });
    assertThat(receiver.taken()).containsExactly("job-x0.4", "job-x2.4", "job-x3.4");
    assertThat(receiver.received()).hasSize(6);
    await().until(() -> channel(notifier, "webhook").path("delivered").asInt() == 3);
    assertThat(channel(notifier, "webhook").path("skipped").asInt()).isEqualTo(1);
  }

  /** As if its node died after the receiver's answer and before the position was stored. */
  @Test
  void whoTakesOverDeliversAgainWhatWasNotStoredUnderTheSameId() {
    CompletableFuture<Boolean> never = new CompletableFuture<>();
    NotificationQueries dying =
        new NotificationQueries() {
          @Override
          public CompletionStage<Place> open(String channel) {
            return queries.open(channel);
          }

          @Override
          public CompletionStage<List<GivenUp>> after(long position, int limit) {
            return queries.after(position, limit);
          }

          @Override
          public CompletionStage<Boolean> moveOn(
              String channel, long position, int delivered, int skipped) {
            return receiver.taken().size() == 3
                ? never
                : queries.moveOn(channel, position, delivered, skipped);
          }
        };
    ActorRef<NotifierCommand> first = started(notifier(dying, webhook()));
    fail(0, 5);
    await().until(() -> receiver.taken().size() == 3);
    kit.stop(first);
    fail(5, 6);
    ActorRef<NotifierCommand> second = notifier(queries, webhook());
    await().until(() -> receiver.taken().size() == 7);
    await().until(() -> channel(second, "webhook").path("delivered").asInt() == 6);
    List<String> expected = new ArrayList<>(deliveries(0, 3));
    expected.addAll(deliveries(2, 6));
    assertThat(receiver.taken()).isEqualTo(expected);
    assertThat(receiver.received().get(2).body()).isEqualTo(receiver.received().get(3).body());
  }

  @Test
  void aChannelThatIsNewStartsWithWhatFailsFromThenOn() {
    ActorRef<NotifierCommand> first = started(notifier(queries, ""));
    fail(0, 3);
    await().until(() -> log.size() == 3);
    kit.stop(first);
    fail(3, 4);
    started(notifier(queries, webhook()));
    fail(4, 5);
    await().until(() -> receiver.taken().size() == 1 && log.size() == 5);
    assertThat(receiver.taken()).isEqualTo(deliveries(4, 5));
  }

  @Test
  void slackIsToldOfManyInOneMessage() throws Exception {
    started(notifier(queries, ""));
    fail(0, 1);
    await().until(() -> log.size() == 1);
    queries.open("slack").toCompletableFuture().get(60, TimeUnit.SECONDS);
    fail(1, 41);
    notifier(queries, slack() + "link-prefix = \"https://r.example/jobs/\"");
    await().until(() -> slack.taken().size() == 1);
    JsonNode message = Json.MAPPER.readTree(slack.received().getFirst().body());
    assertThat(message.properties()).hasSize(1);
    assertThat(message.path("text").asText())
        .startsWith(
            "*40 jobs were given up*: 40 permanent\n• <https://r.example/jobs/job-x1|job-x1>")
        .endsWith("… and 35 more");
  }

  @Test
  void aBacklogIsCaughtUpByPagesWithoutWaitingForThePoll() {
    ActorRef<NotifierCommand> first = started(notifier(queries, webhook()));
    kit.stop(first);
    fail(0, 60);
    notifier(queries, webhook() + "page-size = 7, poll = 1h");
    await().until(() -> receiver.taken().size() == 60);
    assertThat(receiver.taken()).isEqualTo(deliveries(0, 60));
  }

  /** A node that is stopped closes its database first: that is no news. */
  @Test
  void aNotifierWhoseChannelsAreClosedIsSilent() {
    CompletableFuture<List<GivenUp>> read = new CompletableFuture<>();
    ActorRef<NotifierCommand> notifier =
        started(notifier(new Answering((position, limit) -> read), ""));
    opened.forEach(Channels::close);
    read.completeExceptionally(new IllegalStateException("the pool is closed"));
    assertThat(channel(notifier, "log").path("failed_tries").asInt()).isZero();
  }

  /** Otherwise its channels would go on beside those of the actor that was started again. */
  @Test
  void whatAnActorThatFailedHadBegunIsForgotten() throws Exception {
    CompletableFuture<List<GivenUp>> read = new CompletableFuture<>();
    AtomicInteger reads = new AtomicInteger();
    NotificationQueries failing =
        new Answering(
            (position, limit) ->
                switch (reads.incrementAndGet()) {
                  case 1 -> read;
                  case 2 -> throw new IllegalStateException("the actor fails");
                  default -> queries.after(position, limit);
                });
    started(notifier(failing, webhook()));
    await().until(() -> reads.get() >= 4);
    fail(0, 1);
    await().until(() -> log.size() == 1);
    read.complete(queries.after(0, 10).toCompletableFuture().get(60, TimeUnit.SECONDS));
    fail(1, 2);
    await().until(() -> receiver.taken().size() >= 2);
    await().until(() -> log.size() >= 2);
    assertThat(log.stream().distinct()).hasSize(2);
    assertThat(receiver.taken()).isEqualTo(deliveries(0, 2));
    assertThat(log).hasSize(2);
  }

  /** The real ones, but for what this function says of the pages. */
  private final class Answering implements NotificationQueries {
    private final BiFunction<Long, Integer, CompletionStage<List<GivenUp>>> pages;

    Answering(BiFunction<Long, Integer, CompletionStage<List<GivenUp>>> pages) {
      this.pages = pages;
    }

    @Override
    public CompletionStage<Place> open(String channel) {
      return queries.open(channel);
    }

    @Override
    public CompletionStage<List<GivenUp>> after(long position, int limit) {
      return pages.apply(position, limit);
    }

    @Override
    public CompletionStage<Boolean> moveOn(
        String channel, long position, int delivered, int skipped) {
      return queries.moveOn(channel, position, delivered, skipped);
    }
  }
}
