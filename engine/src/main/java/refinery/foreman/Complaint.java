package refinery.foreman;

import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import refinery.readmodel.SqlExecutor;

/** Logs that a query of the read model failed. */
final class Complaint {
  private Complaint() {}

  /**
   * Logs a warning, or only a debug line when the node is stopping.
   *
   * @param what was tried, after "cannot"
   */
  static void about(String what, Throwable why, Logger log) {
    Throwable cause = why instanceof CompletionException wrapped ? wrapped.getCause() : why;
    if (cause instanceof SqlExecutor.StoppingException) {
      log.debug("cannot {}: {}", what, cause.getMessage());
    } else {
      log.warn("cannot {}: {}", what, cause.getMessage());
    }
  }
}
