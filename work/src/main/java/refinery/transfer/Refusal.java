package refinery.transfer;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import refinery.transfer.TransferException.AbsentTransfer;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.ExhaustedTransfer;
import refinery.transfer.TransferException.TransientTransfer;
import refinery.web.RetryAfter;

/**
 * What a response without the file means.
 *
 * @param retryAfter how long the server asks to wait
 */
record Refusal(TransferException problem, Optional<Duration> retryAfter) {

  /**
   * @param patience longest wait; if the server asks for more the next location is tried instead
   */
  static Refusal of(HttpResponse<?> response, Duration patience, Instant now) {
    int status = response.statusCode();
    String answer = response.uri().getHost() + " answered " + status;
    if (status == 408 || status == 421 || status == 425 || status == 429 || status >= 500) {
      Optional<Duration> wait =
          response
              .headers()
              .firstValue("retry-after")
              .flatMap(value -> RetryAfter.parse(value, now));
      if (wait.isPresent() && wait.get().compareTo(patience) > 0) {
        String text = answer + " and asks to wait " + wait.get().toSeconds() + " s";
        return new Refusal(new ExhaustedTransfer(text), Optional.empty());
      }
      return new Refusal(new TransientTransfer(answer), wait);
    }
    if (status >= 400) {
      return new Refusal(new AbsentTransfer(answer + meaning(status)), Optional.empty());
    }
    return new Refusal(new CorruptTransfer(answer + " without the file"), Optional.empty());
  }

  private static String meaning(int status) {
    return switch (status) {
      case 401, 403 -> " (access is refused: suppressed or controlled data?)";
      case 404, 410 -> " (no such file)";
      case 451 -> " (withheld for legal reasons)";
      default -> " (the request is refused)";
    };
  }
}
