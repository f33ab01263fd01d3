package refinery.http;

import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the {@code Idempotency-Key} header: a repeat with the same key is the same request. */
final class Idempotency {
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e][\\x20-\\x7e]{0,254}");

  private Idempotency() {}

  static Optional<String> key(Exchange exchange) {
    Optional<String> key = exchange.header("Idempotency-Key").map(String::strip);
    if (key.isPresent() && !KEY.matcher(key.get()).matches()) {
      throw Problem.of(400, "Idempotency-Key must be 1 to 255 printable ASCII characters");
    }
    return key;
  }
}
