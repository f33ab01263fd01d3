package refinery.transfer;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import refinery.storage.ObjectStore;
import refinery.transfer.TransferException.BrokenTransfer;
import refinery.transfer.TransferException.OutOfDiskTransfer;
import refinery.transfer.TransferException.TransientTransfer;

/** Turns I/O errors into failures with plain words, as the JDK's own messages are often empty. */
final class Problems {
  private Problems() {}

  /** A failure of the network; always transient, because the host may answer another time. */
  static TransientTransfer network(String host, Throwable problem) {
    if (caused(problem, UnresolvedAddressException.class)
        || caused(problem, UnknownHostException.class)) {
      return new TransientTransfer("the name of host " + host + " cannot be resolved", problem);
    }
    if (caused(problem, HttpConnectTimeoutException.class)) {
      return new TransientTransfer("no connection to " + host + " in time", problem);
    }
    if (caused(problem, HttpTimeoutException.class)) {
      return new TransientTransfer(host + " did not answer in time", problem);
    }
    if (caused(problem, ConnectException.class)) {
      return new TransientTransfer("no connection to " + host + ": " + text(problem), problem);
    }
    if (caused(problem, SSLException.class)) {
      return new TransientTransfer("no TLS with " + host + ": " + text(problem), problem);
    }
    return new TransientTransfer("the connection to " + host + " broke: " + text(problem), problem);
  }

  /** A failure of the local disk. */
  static TransferException disk(String what, IOException problem) {
    if (problem instanceof ObjectStore.OutOfSpaceException || isFull(problem)) {
      return new OutOfDiskTransfer(
          "no space left " + what + "; free space on the node's data volume", problem);
    }
    return new BrokenTransfer("cannot " + what + ": " + text(problem), problem);
  }

  /** A failure of temporary storage. If that is on another machine the failure is transient. */
  static TransferException storage(String file, IOException problem) {
    return problem instanceof FileSystemException
            || problem instanceof ObjectStore.OutOfSpaceException
            || isFull(problem)
        ? disk("for storing " + file, problem)
        : new TransientTransfer("cannot store " + file + ": " + text(problem), problem);
  }

  static String text(Throwable problem) {
    return Optional.ofNullable(problem.getMessage())
        .filter(message -> !message.isBlank())
        .or(() -> Optional.ofNullable(problem.getCause()).map(Problems::text))
        .orElseGet(() -> problem.getClass().getSimpleName());
  }

  private static boolean isFull(IOException problem) {
    String message =
        problem instanceof FileSystemException named && named.getReason() != null
            ? named.getReason()
            : text(problem);
    String lower = message.toLowerCase(Locale.ROOT);
    return lower.contains("no space left") || lower.contains("quota exceeded");
  }

  private static boolean caused(Throwable problem, Class<? extends Throwable> type) {
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }
}
