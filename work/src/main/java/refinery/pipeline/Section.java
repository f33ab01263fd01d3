package refinery.pipeline;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import refinery.configuration.Configuration;

/**
 * A part of a pipeline's file. It notes each fault with its line and goes on with a value in place
 * of the wrong one, so that all faults of a file are told at once.
 */
final class Section {
  private final String file;
  private final List<PipelineFault> faults;
  private final Config config;
  private final String key;
  private final int line;

  private Section(
      String file, List<PipelineFault> faults, Config config, String key, int outerLine) {
    this.file = file;
    this.faults = faults;
    this.config = config;
    this.key = key;
    this.line = line(config.root(), outerLine);
  }

  /**
   * The whole of a file.
   *
   * @param faults takes what is found
   */
  static Section of(String file, Config config, List<PipelineFault> faults) {
    return new Section(file, faults, config, "", 0);
  }

  /** The full key of one of its names. */
  private String at(String name) {
    return key.isEmpty() ? name : name.isEmpty() ? key : key + "." + name;
  }

  /**
   * Notes a fault.
   *
   * @param name of this section, which need not be there; empty: the section
   */
  void wrong(String name, String message) {
    ConfigValue value = name.isEmpty() ? null : config.root().get(name);
    faults.add(
        new PipelineFault(file, value == null ? line : line(value, line), at(name), message));
  }

  void onlyKeys(Set<String> known, String whose) {
    for (String name : new TreeSet<>(config.root().keySet())) {
      if (!known.contains(name)) {
        wrong(name, "is not a key of " + whose + "; there are " + new TreeSet<>(known));
      }
    }
  }

  boolean has(String name) {
    return config.hasPath(ConfigUtil.quoteString(name));
  }

  /** The value, or the fallback and a fault if it is missing or cannot be read. */
  <T> T read(String name, T fallback, BiFunction<Config, String, T> reader) {
    try {
      return reader.apply(config, ConfigUtil.quoteString(name));
    } catch (ConfigException.Missing e) {
      wrong(name, "is missing");
    } catch (ConfigException e) {
      wrong(name, Configuration.oneLine(e));
    } catch (PatternSyntaxException e) {
      wrong(name, "not a regular expression: " + e.getDescription());
    } catch (IllegalArgumentException e) {
      wrong(name, e.getMessage());
    }
    return fallback;
  }

  /** The same for what may be left out. */
  <T> T optional(String name, T absent, BiFunction<Config, String, T> reader) {
    return has(name) ? read(name, absent, reader) : absent;
  }

  String text(String name) {
    return read(name, "", Config::getString);
  }

  Optional<String> optionalText(String name) {
    return optional(name, Optional.empty(), (at, path) -> Optional.of(at.getString(path)));
  }

  /** A text that must match; what does not is noted and returned. */
  String matching(String name, Pattern pattern) {
    int before = faults.size();
    String text = text(name);
    if (faults.size() == before && !pattern.matcher(text).matches()) {
      wrong(name, "'" + text + "' must match " + pattern);
    }
    return text;
  }

  List<String> texts(String name) {
    return optional(name, List.of(), Config::getStringList);
  }

  /** Several texts, or one. */
  List<String> oneOrMore(String name) {
    return optional(
        name,
        List.of(),
        (at, path) ->
            at.getValue(path).valueType() == ConfigValueType.LIST
                ? at.getStringList(path)
                : List.of(at.getString(path)));
  }

  /** The words of an argument vector, which must not be empty. */
  List<String> command(String name) {
    List<String> words = read(name, List.of("?"), Config::getStringList);
    if (words.isEmpty()) {
      wrong(name, "the command is empty");
      return List.of("?");
    }
    return words;
  }

  /** Its names, in the order of the alphabet. */
  Set<String> names() {
    return new TreeSet<>(config.root().keySet());
  }

  /** Texts by name; deeper names are joined by dots. */
  Map<String, String> map(String name) {
    return map(optional(name, ConfigFactory.empty(), Config::getConfig));
  }

  /** The same of all of it. */
  Map<String, String> all() {
    return map(config);
  }

  private static Map<String, String> map(Config config) {
    Map<String, String> texts = new TreeMap<>();
    config
        .entrySet()
        .forEach(
            entry ->
                texts.put(
                    String.join(".", ConfigUtil.splitPath(entry.getKey())),
                    String.valueOf(entry.getValue().unwrapped())));
    return texts;
  }

  /** The section of this name; empty, with a fault, if it is missing or no object. */
  Optional<Section> child(String name) {
    return read(name, Optional.<Config>empty(), (at, path) -> Optional.of(at.getConfig(path)))
        .map(inner -> new Section(file, faults, inner, at(name), line));
  }

  /** The sections in a list, with a fault for what is none. */
  List<Section> list(String name) {
    List<ConfigValue> entries =
        optional(name, List.of(), (at, path) -> List.copyOf(at.getList(path)));
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      String at = at(name) + "[" + i + "]";
      ConfigValue entry = entries.get(i);
      if (entry.valueType() == ConfigValueType.OBJECT) {
        sections.add(
            new Section(file, faults, entry.atKey("x").getConfig("x"), at, line(entry, line)));
      } else {
        faults.add(new PipelineFault(file, line(entry, line), at, "must be an object: { ... }"));
      }
    }
    return sections;
  }

  private static int line(ConfigValue value, int outer) {
    int own = value.origin().lineNumber();
    return own > 0 ? own : outer;
  }
}
