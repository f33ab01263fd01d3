package refinery.protocol;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import java.util.UUID;

/**
 * Makes the ids of entities. They are derived from what the entity is about, so that the same thing
 * gets the same id again.
 */
public final class Ids {
  private static final int LONGEST_BODY = 100;
  private static final int LENGTH = 20;

  private Ids() {}

  public static void check(String prefix, String value) {
    Objects.requireNonNull(value, prefix + "id");
    if (!value.startsWith(prefix) || !isBody(value, prefix.length())) {
      throw new IllegalArgumentException(
          "not a " + prefix + "id: '" + value + "' (expected " + prefix + "[a-z0-9._-]...)");
    }
  }

  /**
   * True when the text from there on matches {@code [a-z0-9][a-z0-9._-]{0,99}}. Not a regular
   * expression, for speed: every id that is read passes here.
   */
  private static boolean isBody(String value, int from) {
    int length = value.length() - from;
    if (length < 1 || length > LONGEST_BODY) {
      return false;
    }
    for (int i = from; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      boolean inside = i > from && (c == '.' || c == '_' || c == '-');
      if (!plain && !inside) {
        return false;
      }
    }
    return true;
  }

  /**
   * Derives 20 characters of {@code [0-9a-z]} (about 100 bits) from the parts: the first 20 digits
   * of their SHA-256 in base 36. Each part is prefixed by its length in bytes, so that ("ab","c")
   * and ("a","bc") differ.
   */
  public static String derive(String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
      }
      String text = new BigInteger(1, digest.digest()).toString(36);
      return "0".repeat(Math.max(0, LENGTH - text.length()))
          + text.substring(0, Math.min(LENGTH, text.length()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  /** A new random id without its prefix, 20 characters of {@code [0-9a-z]}. */
  public static String random() {
    return derive(UUID.randomUUID().toString());
  }

  public static BatchId batch(String source, String key, String pipeline, String keyValues) {
    return new BatchId(BatchId.PREFIX + derive("batch", source, key, pipeline, keyValues));
  }

  /**
   * The download job of a group of batches. When its raw data is gone, the next generation
   * downloads it again.
   */
  public static JobId downloadJob(String group, int generation) {
    return new JobId(JobId.PREFIX + derive("download", group, Integer.toString(generation)));
  }

  public static JobId processJob(BatchId batch, int generation) {
    return new JobId(JobId.PREFIX + derive("process", batch.value(), "" + generation));
  }

  public static JobId surveyJob(SurveyId survey, int generation) {
    return new JobId(JobId.PREFIX + derive("survey", survey.value(), "" + generation));
  }
}
