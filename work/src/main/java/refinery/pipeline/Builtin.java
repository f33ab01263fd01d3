package refinery.pipeline;

import java.io.IOException;
import java.util.Set;

/** A step in Java. Its memory does not grow with its files. Stateless. */
interface Builtin {
  void run(StepContext context) throws IOException, StepFailure, InterruptedException;

  /**
   * A digest of the files in conf/rules that its result depends on; empty if it depends on none.
   *
   * @param named what {@code with.rules} says, parameters filled in; empty if it says nothing
   */
  default String rulesDigest(String named) throws StepFailure {
    return "";
  }

  /** The facts that it learns to be {@code true} or {@code false}, for a step's {@code only-if}. */
  default Set<String> decides() {
    return Set.of();
  }

  /**
   * True if it reads the outputs of a set where they are stored, one after the other, and wants
   * only the list of them.
   */
  default boolean readsStorage() {
    return false;
  }

  /** True if it fails unless the tool has read as many reads as the archive states. */
  default boolean countsReads() {
    return false;
  }
}
