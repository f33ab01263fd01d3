package refinery.storage;

import java.util.regex.Pattern;

/**
 * A checked key. Only checked keys become part of a path.
 *
 * @param namespace empty in permanent storage
 */
record ObjectKey(String namespace, String sha256) {
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  ObjectKey {
    if (!namespace.isEmpty() && !NAMESPACE.matcher(namespace).matches()) {
      throw new IllegalArgumentException("not a namespace: '" + namespace + "'");
    }
    if (!DIGEST.matcher(sha256).matches()) {
      throw new IllegalArgumentException("not a SHA-256: '" + sha256 + "'");
    }
  }

  static ObjectKey parse(String key) {
    int slash = key.indexOf('/');
    return slash < 0
        ? new ObjectKey("", key)
        : new ObjectKey(key.substring(0, slash), key.substring(slash + 1));
  }

  String text() {
    return namespace.isEmpty() ? sha256 : namespace + "/" + sha256;
  }
}
