package refinery.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import refinery.protocol.foreman.ForemanCommand;

/** Asks the foreman for its state. Thread-safe. */
public record ForemanQueries(
    ActorSystem<?> system, ActorRef<ForemanCommand> foreman, Duration timeout) {

  public CompletionStage<JsonNode> describe() {
    return AskPattern.<ForemanCommand, ForemanCommand.Report>ask(
            foreman, ForemanCommand.Describe::new, timeout, system.scheduler())
        .thenApply(ForemanCommand.Report::state);
  }
}
