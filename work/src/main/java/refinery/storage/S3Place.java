package refinery.storage;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.configuration.ConfigurationException;

/**
 * A bucket, the prefix below which a store lies, and the names of its objects. Pure.
 *
 * <pre>
 * objects/SHA256/UUID            permanent storage; each put has a UUID of its own
 * spaces/NAMESPACE/SHA256/UUID   temporary storage
 * damaged/SHA256/UUID            objects whose bytes do not match their key, kept for a person
 * </pre>
 *
 * Every put has a name of its own because S3 cannot delete on the condition of a time: a sweeper
 * that removes the puts it saw cannot remove one that came later.
 *
 * @param prefix empty, or ends with a slash
 */
record S3Place(String bucket, String prefix) {
  private static final Pattern ADDRESS =
      Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9!_.*'()/-]*))?");
  private static final Pattern OBJECT =
      Pattern.compile(
          "(?:objects|spaces/([a-z0-9][a-z0-9._-]{0,127}))/([0-9a-f]{64})/([0-9a-f-]{36})");
  static final String STAGING = "staging/";

  /**
   * @param key of the configuration, for the message
   */
  static S3Place parse(String key, String text) {
    Matcher found = ADDRESS.matcher(text);
    String path = found.matches() ? Optional.ofNullable(found.group(2)).orElse("") : "//";
    String inner = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    if (path.contains("//") || inner.startsWith("/") || (inner + "/").contains("../")) {
      throw new ConfigurationException(
          key + " = \"" + text + "\": use s3://BUCKET/PREFIX (letters, digits and !_.*'()-)");
    }
    return new S3Place(found.group(1), inner.isEmpty() ? "" : inner + "/");
  }

  /** The beginning of the names of all puts of an object. */
  String folder(ObjectKey key) {
    return prefix
        + (key.namespace().isEmpty() ? "objects/" : "spaces/" + key.namespace() + "/")
        + key.sha256()
        + "/";
  }

  String fresh(ObjectKey key) {
    return folder(key) + UUID.randomUUID();
  }

  String damaged(ObjectKey key) {
    return prefix + "damaged/" + key.sha256() + "/" + UUID.randomUUID();
  }

  /** The key of the object whose put has this name; empty for a name of another kind. */
  Optional<ObjectKey> object(String name) {
    if (!name.startsWith(prefix)) {
      return Optional.empty();
    }
    Matcher found = OBJECT.matcher(name.substring(prefix.length()));
    return found.matches()
        ? Optional.of(new ObjectKey(Optional.ofNullable(found.group(1)).orElse(""), found.group(2)))
        : Optional.empty();
  }

  /** An upload that is not complete. */
  record Unfinished(String name, String uploadId) {

    /** The key under which the store lists it. */
    String key() {
      String text = name + "\n" + uploadId;
      return STAGING
          + Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * @throws IllegalArgumentException if it is not the key of an upload in this store
   */
  Unfinished unfinished(String key) {
    byte[] decoded = Base64.getUrlDecoder().decode(key.substring(STAGING.length()));
    String text = new String(decoded, StandardCharsets.UTF_8);
    int end = text.indexOf('\n');
    if (end < 0 || object(text.substring(0, end)).isEmpty()) {
      throw new IllegalArgumentException("not the key of an upload: '" + key + "'");
    }
    return new Unfinished(text.substring(0, end), text.substring(end + 1));
  }

  @Override
  public String toString() {
    return "s3://" + bucket + "/" + prefix;
  }
}
