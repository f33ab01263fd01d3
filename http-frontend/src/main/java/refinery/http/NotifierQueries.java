package refinery.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import refinery.protocol.notifications.NotifierCommand;

/** Asks the notifier for its state. Thread-safe. */
public record NotifierQueries(
    ActorSystem<?> system, ActorRef<NotifierCommand> notifier, Duration timeout) {

  public CompletionStage<JsonNode> describe() {
    return AskPattern.<NotifierCommand, NotifierCommand.Report>ask(
            notifier, NotifierCommand.Describe::new, timeout, system.scheduler())
        .thenApply(NotifierCommand.Report::state);
  }
}
