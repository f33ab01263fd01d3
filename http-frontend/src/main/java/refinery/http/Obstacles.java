package refinery.http;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Why this node cannot do its part now: a full disk, a database that is away. Thread-safe. */
@FunctionalInterface
public interface Obstacles {
  /** A line each; empty when nothing is in the way. Answers within seconds and never fails. */
  CompletionStage<List<String>> now();
}
