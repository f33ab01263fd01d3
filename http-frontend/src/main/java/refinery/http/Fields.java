package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Reads the fields of a JSON object and collects everything that is wrong with them. A field that
 * is null counts as absent. Call {@link #check} last: fields that were not read by then are
 * unknown.
 */
final class Fields {
  private final ObjectNode object;
  private final String prefix;
  private final List<Problem.Wrong> wrongs;
  private final Set<String> known = new TreeSet<>();

  Fields(ObjectNode object) {
    this(object, "", new ArrayList<>());
  }

  private Fields(ObjectNode object, String prefix, List<Problem.Wrong> wrongs) {
    this.object = object;
    this.prefix = prefix;
    this.wrongs = wrongs;
  }

  Optional<String> string(String name) {
    return value(name)
        .flatMap(
            node -> {
              if (!node.isTextual() || node.textValue().isBlank()) {
                wrong(name, "must be a non-empty string");
                return Optional.empty();
              }
              return Optional.of(node.textValue());
            });
  }

  String requiredString(String name) {
    require(name);
    return string(name).orElse("");
  }

  OptionalLong integer(String name, long least, long most) {
    Optional<JsonNode> found = value(name);
    if (found.isEmpty()) {
      return OptionalLong.empty();
    }
    JsonNode node = found.get();
    boolean whole = node.isIntegralNumber() && node.canConvertToLong();
    if (!whole || node.longValue() < least || node.longValue() > most) {
      wrong(name, "must be an integer from " + least + " to " + most);
      return OptionalLong.empty();
    }
    return OptionalLong.of(node.longValue());
  }

  /** A duration as {@code 10m} or {@code 1h30m}, from one second on. */
  Optional<Duration> duration(String name, Duration most) {
    Optional<String> text = string(name);
    Optional<Duration> found =
        text.flatMap(Durations::parse)
            .filter(time -> time.toSeconds() >= 1 && time.compareTo(most) <= 0);
    if (text.isPresent() && found.isEmpty()) {
      wrong(
          name, "must be a duration from 1s to %dd, as 90s, 10m or 1h30m".formatted(most.toDays()));
    }
    return found;
  }

  Optional<Boolean> bool(String name) {
    return value(name)
        .flatMap(
            node -> {
              if (!node.isBoolean()) {
                wrong(name, "must be true or false");
                return Optional.empty();
              }
              return Optional.of(node.booleanValue());
            });
  }

  Optional<ObjectNode> object(String name) {
    return value(name)
        .flatMap(
            node -> {
              if (node instanceof ObjectNode found) {
                return Optional.of(found);
              }
              wrong(name, "must be an object");
              return Optional.empty();
            });
  }

  /**
   * The fields of a nested object; its problems are reported together with those of this object.
   */
  Optional<Fields> nested(String name) {
    return object(name).map(found -> new Fields(found, pointer(name), wrongs));
  }

  List<String> strings(String name, int most) {
    List<String> found = new ArrayList<>();
    value(name)
        .ifPresent(
            node -> {
              if (!node.isArray() || node.size() > most) {
                wrong(name, "must be an array of at most " + most + " strings");
                return;
              }
              for (int i = 0; i < node.size(); i++) {
                if (node.get(i).isTextual()) {
                  found.add(node.get(i).textValue());
                } else {
                  wrong(name + "/" + i, "must be a string");
                }
              }
            });
    return found;
  }

  Map<String, String> texts(String name, int most, int longest) {
    return entries(name, most, longest, JsonNode::isTextual, "a string");
  }

  /** An object of strings, numbers and booleans, each as its text. */
  Map<String, String> scalars(String name, int most, int longest) {
    return entries(
        name,
        most,
        longest,
        node -> node.isTextual() || node.isNumber() || node.isBoolean(),
        "a string, a number or a boolean");
  }

  private Map<String, String> entries(
      String name, int most, int longest, Predicate<JsonNode> taken, String kind) {
    Map<String, String> found = new LinkedHashMap<>();
    object(name)
        .ifPresent(
            node -> {
              if (node.size() > most) {
                wrong(name, "must have at most " + most + " entries");
                return;
              }
              for (Map.Entry<String, JsonNode> entry : node.properties()) {
                JsonNode text = entry.getValue();
                if (taken.test(text)
                    && text.asText().length() <= longest
                    && entry.getKey().length() <= longest) {
                  found.put(entry.getKey(), text.asText());
                } else {
                  wrongs.add(
                      new Problem.Wrong(
                          pointer(name) + "/" + escape(entry.getKey()),
                          "must be " + kind + " of at most " + longest + " characters"));
                }
              }
            });
    return found;
  }

  /** Adds a problem if the field is absent. */
  void require(String name) {
    if (value(name).isEmpty()) {
      wrong(name, "is required");
    }
  }

  /** Adds a problem of a field. */
  void wrong(String name, String message) {
    wrongs.add(new Problem.Wrong(pointer(name), message));
  }

  /**
   * Adds a problem that was found elsewhere, with a pointer into this object, unless its field has
   * one already.
   */
  void wrong(Problem.Wrong found) {
    Problem.Wrong wrong = new Problem.Wrong(prefix + found.pointer(), found.message());
    if (wrongs.stream().noneMatch(known -> known.pointer().equals(wrong.pointer()))) {
      wrongs.add(wrong);
    }
  }

  /** Adds a problem for each field that was not read. */
  void unknown() {
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                wrongs.add(
                    new Problem.Wrong(
                        prefix + "/" + escape(name),
                        known.isEmpty()
                            ? "is not known; nothing is expected here"
                            : "is not known; known are " + String.join(", ", known)));
              }
            });
  }

  /**
   * Ends the reading of fields.
   *
   * @throws Problem a 400 with all problems, unknown fields included, if there are any
   */
  void check() {
    unknown();
    if (!wrongs.isEmpty()) {
      throw Problem.badRequest(wrongs);
    }
  }

  private Optional<JsonNode> value(String name) {
    known.add(name);
    return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
  }

  private String pointer(String name) {
    return prefix + "/" + name;
  }

  /** Escapes a name for a JSON pointer (RFC 6901). */
  private static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
