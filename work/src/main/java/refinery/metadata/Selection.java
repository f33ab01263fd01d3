package refinery.metadata;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.protocol.catalog.Harmonised;

/**
 * Says of a batch's metadata why it is not taken. Pure: each batch is judged alone, so the answer
 * depends neither on pages nor on what a survey found before. Immutable and thread-safe.
 */
public record Selection(Harmonisation harmonisation, List<Words> words, List<Number> numbers) {
  public Selection {
    words = List.copyOf(words);
    numbers = List.copyOf(numbers);
  }

  /** Holds if the pattern is found in one of these values. */
  record Words(String id, List<String> in, Pattern match) {
    Words {
      in = List.copyOf(in);
    }

    Optional<String> reason(Map<String, String> metadata) {
      for (String key : in) {
        Matcher matcher = match.matcher(metadata.getOrDefault(key, ""));
        if (matcher.find()) {
          return Optional.of(
              "not selected: rule %s: %s says \"%s\"".formatted(id, key, matcher.group()));
        }
      }
      return Optional.empty();
    }
  }

  /** Holds if a harmonised number is known and smaller. */
  record Number(String id, String field, long least) {
    Optional<String> reason(Map<String, Harmonised> harmonised) {
      return Optional.ofNullable(harmonised.get(field))
          .map(Harmonised::value)
          .filter(value -> value.matches("[0-9]{1,18}") && Long.parseLong(value) < least)
          .map(
              value ->
                  "not selected: rule %s: %s is %s, least is %d"
                      .formatted(id, field, value, least));
    }
  }

  /** The reason why it is not taken, with the rule and the value; empty when it is taken. */
  public Optional<String> skip(Map<String, String> metadata) {
    for (Words rule : words) {
      Optional<String> reason = rule.reason(metadata);
      if (reason.isPresent()) {
        return reason;
      }
    }
    Map<String, Harmonised> harmonised = harmonisation.of(metadata);
    return numbers.stream().flatMap(rule -> rule.reason(harmonised).stream()).findFirst();
  }
}
