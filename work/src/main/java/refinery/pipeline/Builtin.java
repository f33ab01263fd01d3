package refinery.pipeline;

import java.io.IOException;

/** A step in Java. Its memory does not grow with its files. Stateless. */
interface Builtin {
  void run(StepContext context) throws IOException, StepFailure, InterruptedException;

  /** True if it fails unless the tool has read as many reads as the archive states. */
  default boolean countsReads() {
    return false;
  }
}
