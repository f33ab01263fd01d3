package refinery.protocol.notifications;

import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.JsonNode;
import refinery.protocol.Wire;

/** What may be asked of the notifier singleton. */
public interface NotifierCommand extends Wire {

  /** Every channel: how far it is, what it counted, what stops it. Replied: Report. */
  record Describe(ActorRef<Report> replyTo) implements NotifierCommand {}

  record Report(JsonNode state) implements Wire {}
}
