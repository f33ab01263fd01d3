package refinery.pipeline;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.storage.LocalObjectStore;
import refinery.storage.ObjectStore;

/** Turns exceptions of files, storage and defects into failures. */
final class Failures {
  private Failures() {}

  static Failure of(IOException e, String step) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof Streams.StoppedException) {
      return stopped(step);
    }
    if (e instanceof ObjectStore.DamagedObjectException) {
      return new Failure(FailureClass.CORRUPT, message, step);
    }
    if (LocalObjectStore.isOutOfSpace(e)) {
      return new Failure(FailureClass.OUT_OF_DISK, message, step);
    }
    if (e instanceof NoSuchFileException) {
      return new Failure(FailureClass.ABSENT, "not there: " + message, step);
    }
    return new Failure(
        FailureClass.TRANSIENT,
        "input or output failed: " + e.getClass().getSimpleName() + " " + message,
        step);
  }

  static Failure stopped(String step) {
    return new Failure(FailureClass.NODE_LOST, "the attempt was told to stop", step);
  }

  /** A defect of this program, reported as such. */
  static Failure defect(RuntimeException e, String step) {
    return new Failure(FailureClass.PERMANENT, "unexpected: " + e, step);
  }
}
