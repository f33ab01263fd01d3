package refinery.localarchive;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Something that goes wrong for requests whose path and query match.
 *
 * @param times how often; negative for always
 * @param argument of the mode, empty for its default
 */
public record Fault(Pattern match, Mode mode, int times, String argument) {

  /** What goes wrong; the argument's meaning in brackets. */
  public enum Mode {
    /** An error status (code, 500). */
    STATUS,
    /** 429 with Retry-After (its value, 1). */
    THROTTLE,
    /** An HTML page with 200. */
    HTML200,
    /** 204 without a body. */
    EMPTY204,
    /** TCP reset after some of the body (bytes, half). */
    RESET,
    /** The connection ends before Content-Length (bytes sent, half). */
    TRUNCATE,
    /** Content-Length is wrong (difference, 10). */
    WRONGLEN,
    /** The body drips (bytes per second, 100). */
    SLOW,
    /** Nothing for a while (seconds, 30). */
    STALL,
    /** 32 bytes in the middle differ. */
    CORRUPT,
    /** 302 elsewhere (URL). */
    REDIRECT,
    /** 302 to itself. */
    LOOP,
    /** The portal states wrong checksums. */
    BADMD5,
    /** Neither Content-Length nor chunks: the end is the end of the connection. */
    NOLENGTH;

    /** The word of the control interface; {@code cut} and {@code 429} are second names. */
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

  /** Refuses an argument that its mode cannot use. */
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
