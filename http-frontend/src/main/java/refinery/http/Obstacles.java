package refinery.http;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What keeps this node from working, such as a full disk or an unreachable database. Thread-safe.
 */
@FunctionalInterface
public interface Obstacles {
  /**
   * One line for each obstacle; empty when there is none. Completes within seconds and never fails.
   */
  CompletionStage<List<String>> now();
}
