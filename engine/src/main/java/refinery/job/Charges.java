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
 * @param outgrown attempts since the last failure that needed more than was reserved
 * @param crowded attempts since the last failure that met a volume that others had filled
 * @param deaths the nodes that ended while it ran, in a row
 */
record Charges(Map<FailureClass, Integer> failures, int outgrown, int crowded, NodeDeaths deaths) {
  static final Charges NONE = new Charges(Map.of(), 0, 0, NodeDeaths.NONE);

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
   * Any failure ends the rows of deferrals; one that is no lost node also ends the row of deaths.
   */
  Charges failed(Failure failure, boolean charged) {
    FailureClass failureClass = failure.failureClass();
    NodeDeaths met = failureClass == FailureClass.NODE_LOST ? deaths : NodeDeaths.NONE;
    if (!charged) {
      return new Charges(failures, 0, 0, met);
    }
    Map<FailureClass, Integer> counted = new EnumMap<>(FailureClass.class);
    counted.putAll(failures);
    counted.merge(failureClass, 1, Integer::sum);
    return new Charges(counted, 0, 0, met);
  }

  /**
   * Counts the node's end. The attempt's failure is counted by the next event, with {@link
   * #failed}.
   */
  Charges nodeEnded(NodeId node, boolean atStart) {
    return new Charges(failures, outgrown, crowded, deaths.plus(node, atStart));
  }

  Charges deferred(boolean byOthers) {
    return new Charges(
        failures, outgrown + (byOthers ? 0 : 1), crowded + (byOthers ? 1 : 0), NodeDeaths.NONE);
  }
}
