package refinery.agent;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import refinery.protocol.job.Outcome;
import refinery.protocol.scheduling.HostFigures;

/**
 * Runs one kind of work. Trouble with the work itself does not fail the stage but completes it with
 * an {@link Outcome.Failed}. No part of the attempt runs on after the stage has completed.
 */
public interface WorkRunner {
  /** Starts one attempt; called on the attempt's own virtual thread. */
  CompletionStage<Outcome> run(Attempt attempt);

  /** The programs that its work needs, as far as they are known beforehand. */
  default List<Tool> tools() {
    return List.of();
  }

  /** What people see of it beside its attempts, by name; written as JSON. */
  default Map<String, Object> state() {
    return Map.of();
  }

  /** What its transfers count of each host; must not block. */
  default List<HostFigures> hosts() {
    return List.of();
  }
}
