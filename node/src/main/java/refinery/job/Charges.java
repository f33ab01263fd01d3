package refinery.job;

import java.util.EnumMap;
import java.util.Map;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.NodeId;

/**
 * What counts against a job since it was submitted or retried by a person.
 *
 * @param failures charged ones, by class
 * @param deferrals in a row
 * @param deaths nodes that ended while it ran, in a row
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

  /** The failure of the attempt follows. */
  Charges nodeEnded(NodeId node, boolean atStart) {
    return new Charges(failures, deferrals, deaths.plus(node, atStart));
  }

  Charges deferred() {
    return new Charges(failures, deferrals + 1, NodeDeaths.NONE);
  }
}
