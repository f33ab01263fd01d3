package refinery.job;

import java.util.EnumMap;
import java.util.Map;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.NodeId;

/**
 * What counts towards giving a job up, since it was submitted or last retried by hand.
 *
 * @param failures charged failures, by class
 * @param deferrals attempts in a row that needed more than was reserved or met a full volume
 * @param deaths the nodes that ended while it ran, in a row
 */
record Charges(Map<FailureClass, Integer> failures, int deferrals, NodeDeaths deaths) {
  static final Charges NONE = new Charges(Map.of(), 0, NodeDeaths.NONE);

  Charges {
    failures = Map.copyOf(failures);
  }

  int of(FailureClass failureClass) {
    return failures.getOrDefault(failureClass, 0);
  }

  int total() {
    return failures.values().stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * Any failure ends the row of deferrals; one that is no lost node also ends the row of deaths.
   */
  Charges failed(Failure failure, boolean charged) {
    FailureClass failureClass = failure.failureClass();
    NodeDeaths met = failureClass == FailureClass.NODE_LOST ? deaths : NodeDeaths.NONE;
    if (!charged) {
      return new Charges(failures, 0, met);
    }
    Map<FailureClass, Integer> counted = new EnumMap<>(FailureClass.class);
    counted.putAll(failures);
    counted.merge(failureClass, 1, Integer::sum);
    return new Charges(counted, 0, met);
  }

  /**
   * Counts the node's end. The attempt's failure is counted by the next event, with {@link
   * #failed}.
   */
  Charges nodeEnded(NodeId node, boolean atStart) {
    return new Charges(failures, deferrals, deaths.plus(node, atStart));
  }

  Charges deferred() {
    return new Charges(failures, deferrals + 1, NodeDeaths.NONE);
  }
}
