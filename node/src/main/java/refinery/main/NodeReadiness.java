package refinery.main;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.sql.DataSource;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.AgentCommand.AgentReply;
import refinery.readiness.BlockingCondition;
import refinery.readiness.Condition;
import refinery.readiness.Readiness;
import refinery.readiness.ReadinessConfig;
import refinery.readiness.WritableDisk;

/** What must hold on a whole node, beside Akka's own checks of membership and regions. */
final class NodeReadiness {
  private final Readiness readiness;
  private final ReadinessConfig config;
  private volatile boolean listens;

  NodeReadiness(ActorSystem<?> system, ReadinessConfig config) {
    readiness = Readiness.get(system);
    this.config = config;
  }

  Condition requireDatabase(DataSource pool) {
    Condition reachable =
        new BlockingCondition(
            "the database",
            config.timeout(),
            () -> {
              try (Connection connection = pool.getConnection();
                  Statement statement = connection.createStatement()) {
                statement.execute("select 1");
                return Optional.empty();
              }
            });
    readiness.require("database", reachable);
    return reachable;
  }

  void requireDisk(Path directory) {
    readiness.require(
        "disk",
        new BlockingCondition(
            "the disk of " + directory,
            config.timeout(),
            new WritableDisk(directory, config.leastFree())));
  }

  /**
   * @param workers has been started
   */
  void requireAgent(Workers workers, ActorSystem<?> system) {
    readiness.require(
        "agent",
        () ->
            AskPattern.<AgentCommand, AgentReply>ask(
                    workers.own(), AgentCommand.Describe::new, config.timeout(), system.scheduler())
                .thenApply(NodeReadiness::reports)
                .exceptionally(silent -> Optional.of("this node's agent does not answer")));
  }

  private static Optional<String> reports(AgentReply reply) {
    return switch (reply) {
      case AgentReply.AgentState state ->
          state.state().path("reports_sent").asLong() > 0
              ? Optional.empty()
              : Optional.of("the agent does not report yet: it ends what a previous life left");
      case AgentReply.LogChunk other -> Optional.of("the agent answered something else");
    };
  }

  /** The API, or whatever is this node's last to begin, listens. */
  void requireApi() {
    readiness.require("api", this::api);
  }

  private CompletionStage<Optional<String>> api() {
    return CompletableFuture.completedFuture(
        listens ? Optional.empty() : Optional.of("the HTTP API does not listen yet"));
  }

  void apiListens() {
    listens = true;
  }

  void complete() {
    readiness.complete();
  }
}
