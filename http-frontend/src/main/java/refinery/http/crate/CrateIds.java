package refinery.http.crate;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** Makes ids and paths of names that archives and users chose. */
final class CrateIds {
  private static final Pattern WEB =
      Pattern.compile("(?i)(https?|ftp|s3)://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#].*)?");
  private static final String UNRESERVED = "-._~";
  private static final String OF_A_URL = UNRESERVED + ":/?@!$&'()*+,;=";
  private static final int LONGEST_NAME = 120;

  private CrateIds() {}

  /** An id within the document; different names give different ids. */
  static String local(String kind, String name) {
    return "#" + kind + "-" + encoded(name, UNRESERVED);
  }

  /** A fragment of another entity's id. */
  static String within(Entity entity, String kind, String name) {
    return entity.id() + local(kind, name);
  }

  /** The id of what lies at a public address; empty for a path of a machine, or with a password. */
  static Optional<String> web(String location) {
    if (!WEB.matcher(location).matches()) {
      return Optional.empty();
    }
    int fragment = location.indexOf('#');
    String whole = fragment < 0 ? location : location.substring(0, fragment);
    return Optional.of(encoded(whole.replaceAll("%(?![0-9A-Fa-f]{2})", "%25"), OF_A_URL + "%"));
  }

  /** A file name that is the same in a zip, in a URI and on every disk. */
  static String fileName(String name) {
    String safe = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^[.-]+", "_");
    return safe.isEmpty() ? "_" : safe.substring(0, Math.min(LONGEST_NAME, safe.length()));
  }

  private static String encoded(String text, String kept) {
    StringBuilder encoded = new StringBuilder();
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (one & 0xff);
      boolean plain =
          character >= 'a' && character <= 'z'
              || character >= 'A' && character <= 'Z'
              || character >= '0' && character <= '9'
              || kept.indexOf(character) >= 0;
      if (plain) {
        encoded.append(character);
      } else {
        encoded.append('%').append("%02X".formatted((int) character));
      }
    }
    return encoded.toString();
  }
}
