package refinery.readiness;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Something that must hold for a node to be ready. */
@FunctionalInterface
public interface Condition {
  /** Why it does not hold, in one line; empty when it does. Returns at once. */
  CompletionStage<Optional<String>> obstacle();
}
