package refinery.protocol.artifact;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The key-values of an artifact, by which it can be found.
 *
 * <p>They are those of its batch when it was refined, in layers; a later layer overrides an earlier
 * one:
 *
 * <ol>
 *   <li>the metadata that the source declares ({@code release}, {@code assembly}, {@code tax_id},
 *       {@code library_strategy}, ...), and the parameters that belong to the batch's identity
 *       ({@code k}, {@code reference_release});
 *   <li>what the download and the pipeline found out ({@code layout}, {@code index_k}, ...), which
 *       no submitter's attribute of that name changes;
 *   <li>the parameters of the pipeline that the survey asked for.
 * </ol>
 *
 * <p>Metadata is untrusted and may be prose, so only what can be asked for is kept: keys of 1 to 64
 * characters of {@code [A-Za-z0-9_.-]} that are not {@link #RESERVED}, values of 1 to {@value
 * #LONGEST_VALUE} characters, the first {@value #MOST} by key. Values are text and are compared
 * exactly.
 */
public final class KeyValues {
  static final int LONGEST_VALUE = 200;
  static final int MOST = 200;

  /** Keys that are properties of the artifact itself. */
  public static final Set<String> RESERVED =
      Set.of("pipeline", "role", "name", "organism", "media_type");

  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");

  private KeyValues() {}

  /**
   * Merges layers; a later layer overrides an earlier one. Keys and values that break the rules
   * above are left out. The result cannot be changed.
   */
  @SafeVarargs
  public static Map<String, String> of(Map<String, String>... layers) {
    Map<String, String> merged = new TreeMap<>();
    for (Map<String, String> layer : layers) {
      layer.forEach(
          (key, value) -> {
            if (keyProblem(key).isEmpty() && valueProblem(clean(value)).isEmpty()) {
              merged.put(key, clean(value));
            }
          });
    }
    while (merged.size() > MOST) {
      ((TreeMap<String, String>) merged).pollLastEntry();
    }
    return Collections.unmodifiableMap(merged);
  }

  /** Why this is no valid key, in words; empty when it is. */
  public static Optional<String> keyProblem(String key) {
    if (RESERVED.contains(key)) {
      return Optional.of("'" + key + "' is no key-value but a property of its own");
    }
    return KEY.matcher(key).matches()
        ? Optional.empty()
        : Optional.of("a key is 1 to 64 characters of [A-Za-z0-9_.-]");
  }

  /** Why this is no valid value, in words; empty when it is. */
  public static Optional<String> valueProblem(String value) {
    return !value.isEmpty() && value.length() <= LONGEST_VALUE && value.equals(clean(value))
        ? Optional.empty()
        : Optional.of("a value is text of 1 to " + LONGEST_VALUE + " characters");
  }

  /**
   * The text without U+0000, which PostgreSQL cannot store, and with lone surrogates, which have no
   * UTF-8 form, replaced by question marks.
   */
  static String clean(String text) {
    String without = text.indexOf('\0') < 0 ? text : text.replace("\0", "");
    return without.chars().noneMatch(c -> Character.isSurrogate((char) c))
        ? without
        : new String(without.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
