package refinery.archive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The path of an address that an archive states, made safe to append to a configured prefix.
 *
 * @param encoded begins with {@code /}; percent-encoded, without {@code .}, {@code ..} or empty
 *     segments
 * @param fileName the last segment, decoded; may hold any characters, so check it before use
 */
public record ArchivePath(String encoded, String fileName) {
  private static final Pattern SCHEME = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*://");
  private static final Pattern ESCAPE = Pattern.compile("%([0-9A-Fa-f]{2})");
  private static final String KEPT = "-._~!$&'()*+,;=:@";

  /**
   * Drops scheme and host from {@code ftp.host/p}, {@code ftp://host/p}, {@code https://host/p} and
   * {@code host:/p}; takes {@code /p} as it is.
   *
   * @return empty if it has no path to a file, or an unsafe one ({@code ..}, control characters)
   */
  public static Optional<ArchivePath> of(String stated) {
    String text = SCHEME.matcher(stated.strip()).replaceFirst("");
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    List<String> segments = new ArrayList<>();
    String last = "";
    for (String segment : text.substring(slash + 1).split("/", -1)) {
      String plain = decode(segment);
      if (plain.equals(".") || plain.equals("..") || plain.contains("/") || hasControl(plain)) {
        return Optional.empty();
      }
      last = plain;
      if (!plain.isEmpty()) {
        segments.add(encode(plain));
      }
    }
    return segments.isEmpty() || last.isEmpty()
        ? Optional.empty()
        : Optional.of(new ArchivePath("/" + String.join("/", segments), last));
  }

  /** One path segment, percent-encoded. */
  public static String encode(String plain) {
    StringBuilder text = new StringBuilder();
    for (byte each : plain.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (each & 0xff);
      boolean safe =
          (character < 128 && Character.isLetterOrDigit(character)) || KEPT.indexOf(character) >= 0;
      text.append(safe ? String.valueOf(character) : String.format("%%%02X", (int) character));
    }
    return text.toString();
  }

  private static boolean hasControl(String text) {
    return text.chars().anyMatch(Character::isISOControl);
  }

  /** Decodes valid escapes; a percent sign that begins none stays as it is. */
  private static String decode(String segment) {
    Matcher matcher = ESCAPE.matcher(segment);
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    int from = 0;
    while (matcher.find()) {
      bytes.writeBytes(segment.substring(from, matcher.start()).getBytes(StandardCharsets.UTF_8));
      bytes.write(Integer.parseInt(matcher.group(1), 16));
      from = matcher.end();
    }
    bytes.writeBytes(segment.substring(from).getBytes(StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
