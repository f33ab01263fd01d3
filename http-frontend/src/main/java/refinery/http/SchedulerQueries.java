package refinery.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.protocol.JobId;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.SchedulerReply;

/** Asks the scheduler. Stages fail with a time-out if it does not answer. Thread-safe. */
public final class SchedulerQueries {
  private final ActorSystem<?> system;
  private final ActorRef<SchedulerCommand> scheduler;
  private final Duration timeout;

  public SchedulerQueries(
      ActorSystem<?> system, ActorRef<SchedulerCommand> scheduler, Duration timeout) {
    this.system = system;
    this.scheduler = scheduler;
    this.timeout = timeout;
  }

  public CompletionStage<JsonNode> describe() {
    return ask(SchedulerCommand.Describe::new).thenApply(SchedulerQueries::state);
  }

  /** Why a job does not run, as the scheduler sees it. */
  public CompletionStage<JsonNode> explain(JobId job) {
    return ask(replyTo -> new SchedulerCommand.Explain(job, replyTo))
        .thenApply(SchedulerQueries::state);
  }

  public CompletionStage<SchedulerReply> ask(
      Function<ActorRef<SchedulerReply>, SchedulerCommand> command) {
    return AskPattern.ask(scheduler, command::apply, timeout, system.scheduler());
  }

  /** The state that a reply carries. */
  static JsonNode state(SchedulerReply reply) {
    if (reply instanceof SchedulerReply.Snapshot snapshot) {
      return snapshot.state();
    }
    throw new IllegalStateException("unexpected reply " + reply);
  }
}
