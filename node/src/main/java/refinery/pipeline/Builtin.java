package refinery.pipeline;

import java.io.IOException;

/** A step in Java. Streams: its memory does not grow with its files. Stateless. */
interface Builtin {
  void run(StepContext context) throws IOException, StepFailure, InterruptedException;

  /** Whether it fails unless the tool has read as many reads as the archive states. */
  default boolean countsReads() {
    return false;
  }
}
