package refinery.metadata;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.protocol.Ids;
import refinery.protocol.catalog.Harmonised;

/**
 * Makes the harmonised form of an archive's metadata. Pure: the same words and rules always give
 * the same values, whatever the order of the words. Immutable and thread-safe.
 *
 * @param longest characters of a value that may be a label; longer ones are not looked at
 * @param unknown what people write for "not known", as a pattern for a whole value
 */
public record Harmonisation(int longest, Pattern unknown, List<Field> fields) {
  private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}\\p{Cntrl}]+");
  private static final Pattern NO_WORD = Pattern.compile("[^a-z0-9]+");

  public Harmonisation {
    fields = List.copyOf(fields);
  }

  /**
   * One field of the harmonised form.
   *
   * @param from keys of the original, the best first
   * @param quotient what it is when the original does not say it
   */
  record Field(String name, List<String> from, List<Rule> rules, Optional<Quotient> quotient) {
    Field {
      from = List.copyOf(from);
      rules = List.copyOf(rules);
    }
  }

  /**
   * @param match pattern for a whole value
   * @param value what it becomes, with the pattern's groups
   * @param lower true if the value is made lower case
   */
  record Rule(String id, Pattern match, String value, Optional<String> unit, boolean lower) {

    Optional<Harmonised> apply(String key, String text) {
      Matcher matcher = match.matcher(text);
      if (!matcher.find()) {
        return Optional.empty();
      }
      StringBuilder made = new StringBuilder();
      matcher.appendReplacement(made, value);
      String result = lower ? made.toString().toLowerCase(Locale.ROOT) : made.toString();
      return result.isBlank()
          ? Optional.empty()
          : Optional.of(new Harmonised(result.strip(), unit, key, id));
    }
  }

  /**
   * A number that is made of two harmonised numbers, rounded.
   *
   * @param of the field that is divided
   * @param by the field that divides
   * @param halvedField the result is halved if this field has the value {@code halvedIs}
   */
  record Quotient(
      String id, String of, String by, String halvedField, String halvedIs, Optional<String> unit) {

    Optional<Harmonised> apply(Map<String, Harmonised> known) {
      Harmonised whole = known.get(of);
      Harmonised parts = known.get(by);
      Harmonised halved = known.get(halvedField);
      if (whole == null || parts == null || halved == null) {
        return Optional.empty();
      }
      double divisor = halved.value().equals(halvedIs) ? 2 : 1;
      try {
        long result =
            Math.round(
                Double.parseDouble(whole.value()) / Double.parseDouble(parts.value()) / divisor);
        String from = String.join(", ", whole.from(), parts.from(), halved.from());
        return result > 0
            ? Optional.of(new Harmonised(Long.toString(result), unit, from, id))
            : Optional.empty();
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
  }

  /** The same for the same rules, and another for others. */
  public String fingerprint() {
    return Ids.derive("harmonisation", toString());
  }

  /** The names of all fields, in the order of the rules' file. */
  public List<String> names() {
    return fields.stream().map(Field::name).toList();
  }

  /** The harmonised form by field, in the order of the rules' file. */
  public Map<String, Harmonised> of(Map<String, String> original) {
    Map<String, String> keys = keys(original);
    Map<String, Harmonised> harmonised = new LinkedHashMap<>();
    for (Field field : fields) {
      said(field, original, keys)
          .or(() -> field.quotient().flatMap(quotient -> quotient.apply(harmonised)))
          .ifPresent(value -> harmonised.put(field.name(), value));
    }
    return harmonised;
  }

  private Optional<Harmonised> said(
      Field field, Map<String, String> original, Map<String, String> keys) {
    for (String wanted : field.from()) {
      String key = keys.get(wanted);
      if (key == null) {
        continue;
      }
      String text = BLANKS.matcher(original.get(key)).replaceAll(" ").strip();
      if (text.isEmpty() || text.length() > longest || unknown.matcher(text).find()) {
        continue;
      }
      for (Rule rule : field.rules()) {
        Optional<Harmonised> made = rule.apply(key, text);
        if (made.isPresent()) {
          return made;
        }
      }
    }
    return Optional.empty();
  }

  /** The original's keys by their plain form; of two with the same, the first by name. */
  private static Map<String, String> keys(Map<String, String> original) {
    Map<String, String> keys = new TreeMap<>();
    List<String> sorted = new ArrayList<>(original.keySet());
    sorted.sort(null);
    sorted.forEach(key -> keys.putIfAbsent(plain(key), key));
    return keys;
  }

  static String plain(String key) {
    String words = NO_WORD.matcher(key.toLowerCase(Locale.ROOT)).replaceAll("_");
    int start = words.startsWith("_") ? 1 : 0;
    int end = words.length() > start && words.endsWith("_") ? words.length() - 1 : words.length();
    return words.substring(start, end);
  }
}
