package refinery.protocol.foreman;

import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.JsonNode;
import refinery.protocol.Wire;

/** Commands of the foreman singleton. */
public interface ForemanCommand extends Wire {

  /** How many entities it had to wake, by kind, and its last pass. Replied: Report. */
  record Describe(ActorRef<Report> replyTo) implements ForemanCommand {}

  record Report(JsonNode state) implements Wire {}
}
