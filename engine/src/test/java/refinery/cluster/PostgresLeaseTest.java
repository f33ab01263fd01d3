package refinery.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.ActorSystem;
import akka.actor.Address;
import akka.coordination.lease.LeaseException;
import akka.coordination.lease.LeaseSettings;
import akka.coordination.lease.javadsl.Lease;
import akka.coordination.lease.javadsl.LeaseProvider;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.database.Database;
import refinery.testing.TestDatabase;

class PostgresLeaseTest {
  private static Database database;

  private final List<PostgresLease> made = new ArrayList<>();

  @BeforeAll
  static void open() {
    database = TestDatabase.fresh();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @AfterEach
  void stop() throws SQLException {
    made.forEach(PostgresLease::stop);
    try (Connection connection = database.dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.executeUpdate("delete from cluster_lease");
    }
  }

  private static Config shipped() {
    return database
        .akkaConfig()
        .withFallback(ConfigFactory.parseResources("cluster.conf"))
        .getConfig("refinery.cluster.lease");
  }

  private PostgresLease lease(String owner, Map<String, String> changes) {
    Config config = ConfigFactory.parseMap(changes).withFallback(shipped());
    PostgresLease lease = new PostgresLease(LeaseSettings.apply(config, "refinery-test", owner));
    made.add(lease);
    return lease;
  }

  private PostgresLease quick(String owner) {
    return lease(owner, Map.of("heartbeat-timeout", "2 s", "heartbeat-interval", "100 ms"));
  }

  private static boolean get(CompletionStage<Boolean> answer) throws Exception {
    return answer.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  void exactlyOneOfManyGetsIt() throws Exception {
    List<PostgresLease> rivals = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      rivals.add(lease("node" + i, Map.of()));
    }
    List<CompletableFuture<Boolean>> answers =
        rivals.stream().map(rival -> rival.acquire().toCompletableFuture()).toList();
    int winners = 0;
    for (int i = 0; i < rivals.size(); i++) {
      boolean won = get(answers.get(i));
      assertThat(rivals.get(i).checkLease()).isEqualTo(won);
      winners += won ? 1 : 0;
    }
    assertThat(winners).isOne();
  }

  @Test
  void whatIsReleasedIsFree() throws Exception {
    PostgresLease a = lease("a", Map.of());
    PostgresLease b = lease("b", Map.of());
    assertThat(get(a.acquire())).isTrue();
    assertThat(get(a.acquire())).as("again").isTrue();
    assertThat(get(b.acquire())).isFalse();
    assertThat(get(b.release())).as("not its own").isTrue();
    assertThat(get(b.acquire())).isFalse();
    assertThat(get(a.release())).isTrue();
    assertThat(a.checkLease()).isFalse();
    assertThat(get(b.acquire())).isTrue();
  }

  @Test
  void whoLivesKeepsItAndWhoDiesLosesItInTime() throws Exception {
    PostgresLease a = quick("a");
    PostgresLease b = quick("b");
    assertThat(get(a.acquire())).isTrue();
    long begun = System.nanoTime();
    Awaitility.await()
        .until(() -> System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(2_500));
    assertThat(a.checkLease()).as("renewed").isTrue();
    assertThat(get(b.acquire())).isFalse();
    a.stop();
    Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> get(b.acquire()));
  }

  @Test
  void whoLosesItIsTold() throws Exception {
    PostgresLease a = quick("a");
    CompletableFuture<Boolean> lost = new CompletableFuture<>();
    assertThat(get(a.acquire(cause -> lost.complete(cause.isPresent())))).isTrue();
    try (Connection connection = database.dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.executeUpdate("update cluster_lease set owner = 'other'");
    }
    assertThat(lost.get(60, TimeUnit.SECONDS)).as("has a cause").isFalse();
    assertThat(a.checkLease()).isFalse();
  }

  @Test
  void aBrokenConnectionIsMadeAnew() throws Exception {
    PostgresLease a = quick("a");
    assertThat(get(a.acquire())).isTrue();
    try (Connection connection = database.dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(
          "select pg_terminate_backend(pid) from pg_stat_activity"
              + " where application_name = 'refinery lease' and datname = current_database()");
    }
    assertThat(get(a.acquire())).isTrue();
    assertThat(a.checkLease()).isTrue();
  }

  @Test
  void aDatabaseThatAnswersNothingIsAFailureInTime() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      PostgresLease lease =
          lease(
              "a",
              Map.of(
                  "url",
                  "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/refinery",
                  "lease-operation-timeout",
                  "1 s"));
      assertThatThrownBy(() -> get(lease.acquire()))
          .hasCauseInstanceOf(LeaseException.class)
          .hasMessageContaining("the database does not answer");
      assertThat(lease.checkLease()).isFalse();
    }
  }

  @Test
  void itNeedsNoConnectionOfThePool() throws Exception {
    List<Connection> all = new ArrayList<>();
    try {
      for (int i = 0; i < Database.CONNECTIONS; i++) {
        all.add(database.dataSource().getConnection());
      }
      assertThat(get(lease("a", Map.of()).acquire())).isTrue();
    } finally {
      for (Connection connection : all) {
        connection.close();
      }
    }
  }

  @Test
  void akkaMakesItFromTheShippedConfiguration() throws Exception {
    Config config =
        database
            .akkaConfig()
            .withFallback(ConfigFactory.parseString("akka.actor.provider = local"))
            .withFallback(ConfigFactory.parseResources("cluster.conf"))
            .withFallback(ConfigFactory.load());
    ActorSystem system = ActorSystem.create("refinery", config.resolve());
    try {
      String owner = new Address("akka", "refinery", "127.0.0.1", 1).hostPort();
      String path =
          config.getString("akka.cluster.split-brain-resolver.lease-majority.lease-implementation");
      Lease lease = LeaseProvider.get(system).getLease("refinery-akka-sbr", path, owner);
      assertThat(get(lease.acquire())).isTrue();
      assertThat(get(lease.release())).isTrue();
    } finally {
      TestKit.shutdownActorSystem(system);
    }
  }

  /** A dead holder must be gone before a survivor, who noticed the death, asks. */
  @Test
  void aDeadHoldersLeaseExpiresBeforeItsDeathIsActedUpon() {
    Config cluster = ConfigFactory.parseResources("cluster.conf").getConfig("akka.cluster");
    assertThat(shipped().getDuration("heartbeat-timeout"))
        .isLessThan(
            cluster
                .getDuration("failure-detector.acceptable-heartbeat-pause")
                .plus(cluster.getDuration("split-brain-resolver.stable-after")));
  }
}
