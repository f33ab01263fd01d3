package refinery.protocol.notifications;

import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.JsonNode;
import refinery.protocol.Wire;

/** Commands of the notifier singleton. */
public interface NotifierCommand extends Wire {

  /**
   * For every channel: the last event it has dealt with, its counts, and why it is stopped, if it
   * is. Replied: Report.
   */
  record Describe(ActorRef<Report> replyTo) implements NotifierCommand {}

  record Report(JsonNode state) implements Wire {}
}
