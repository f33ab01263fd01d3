package refinery.localarchive;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A fault of requests whose path and query match.
 *
 * @param match is searched in the path with its query
 * @param times how often; negative: always
 * @param argument of the mode; empty: its default
 */
public record Fault(Pattern match, Mode mode, int times, String argument) {

  /** What goes wrong. In brackets: the argument, and its default. */
  public enum Mode {
    /** Answers with an error status (the code, 500). */
    STATUS,
    /** Answers 429 with Retry-After (its value, 1). */
    THROTTLE,
    /** Answers 200 with an HTML page. */
    HTML200,
    /** Answers 204 without a body. */
    EMPTY204,
    /** Resets the TCP connection after a part of the body (bytes, half). */
    RESET,
    /** Ends the connection before Content-Length is reached (bytes sent, half). */
    TRUNCATE,
    /** States a wrong Content-Length (the difference, 10). */
    WRONGLEN,
    /** Sends the body slowly (bytes per second, 100). */
    SLOW,
    /** Sends nothing for a while (seconds, 30). */
    STALL,
    /** Changes 32 bytes in the middle of the body. */
    CORRUPT,
    /** Answers 302 to another place (the URL). */
    REDIRECT,
    /** Answers 302 to the same address. */
    LOOP,
    /** Makes a portal state wrong checksums. */
    BADMD5,
    /** Sends neither Content-Length nor chunks: the body ends with the connection. */
    NOLENGTH;

    /**
     * The mode of a word of the control interface; {@code cut} and {@code 429} are other words for
     * two modes.
     */
    static Optional<Mode> named(String word) {
      return switch (word) {
        case "cut" -> Optional.of(TRUNCATE);
        case "429" -> Optional.of(THROTTLE);
        default -> Arrays.stream(values()).filter(mode -> mode.word().equals(word)).findFirst();
      };
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static String words() {
      return Arrays.stream(values()).map(Mode::word).collect(Collectors.joining(", "))
          + ", cut, 429";
    }
  }

  public static Fault once(String match, Mode mode) {
    return new Fault(Pattern.compile(match), mode, 1, "");
  }

  public static Fault always(String match, Mode mode) {
    return new Fault(Pattern.compile(match), mode, -1, "");
  }

  public Fault times(int count) {
    return new Fault(match, mode, count, argument);
  }

  public Fault with(Object value) {
    return new Fault(match, mode, times, value.toString());
  }

  long number(long otherwise) {
    return argument.isEmpty() ? otherwise : Math.max(0, (long) Double.parseDouble(argument));
  }

  /**
   * @throws IllegalArgumentException if its mode cannot use the argument
   */
  void check() {
    boolean numeric =
        switch (mode) {
          case STATUS, RESET, TRUNCATE, WRONGLEN, SLOW, STALL -> true;
          case THROTTLE, HTML200, EMPTY204, CORRUPT, REDIRECT, LOOP, BADMD5, NOLENGTH -> false;
        };
    if (numeric && !argument.matches("(-?[0-9]{1,12}(\\.[0-9]+)?)?")) {
      throw new IllegalArgumentException("arg of " + mode.word() + " is a number");
    }
    if (argument.chars().anyMatch(c -> c < ' ')) {
      throw new IllegalArgumentException("arg has control characters");
    }
  }

  boolean is(Mode other) {
    return mode == other;
  }
}
