package refinery.metadata;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.net.URL;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import refinery.configuration.Configuration;
import refinery.configuration.ConfigurationException;
import refinery.metadata.Harmonisation.Field;
import refinery.metadata.Harmonisation.Quotient;
import refinery.metadata.Harmonisation.Rule;

/**
 * Reads the rules of harmonisation ({@code conf/rules/harmonisation.conf}, else the shipped ones);
 * every error names the file, the line and the key.
 */
public final class HarmonisationFile {
  private static final String FILE = "rules/harmonisation.conf";
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");
  private static final Pattern TEMPLATE = Pattern.compile("(?:[^$\\\\]|\\$[0-9](?![0-9]))+");
  private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;

  private final Set<String> ids = new HashSet<>();
  private final Set<String> names = new HashSet<>();

  private HarmonisationFile() {}

  /**
   * @throws ConfigurationException for the first error
   */
  public static Harmonisation load() {
    URL url = HarmonisationFile.class.getClassLoader().getResource(FILE);
    if (url == null) {
      throw new ConfigurationException("conf/" + FILE + " is missing");
    }
    return read(() -> ConfigFactory.parseURL(url));
  }

  static Harmonisation read(Supplier<Config> file) {
    try {
      return new HarmonisationFile().harmonisation(file.get().resolve());
    } catch (ConfigException e) {
      throw new ConfigurationException(Configuration.oneLine(e));
    }
  }

  private Harmonisation harmonisation(Config file) {
    known(file, "", Set.of("longest", "unknown", "fields"));
    int longest = file.getInt("longest");
    if (longest < 1 || longest > 2000) {
      throw wrong(file, "longest", "must be 1 to 2000");
    }
    Pattern unknown = whole(file, "", "unknown");
    List<Field> fields = new ArrayList<>();
    int number = 0;
    for (Config field : file.getConfigList("fields")) {
      fields.add(field(field, "fields[" + number++ + "]"));
    }
    return new Harmonisation(longest, unknown, fields);
  }

  private Field field(Config field, String path) {
    known(field, path, Set.of("name", "from", "rules", "quotient"));
    String name = field.getString("name");
    if (!NAME.matcher(name).matches() || names.contains(name)) {
      throw wrong(field, path + ".name", "must be a word of [a-z0-9_] that no other field has");
    }
    List<String> from = field.getStringList("from");
    for (String key : from) {
      if (!key.equals(Harmonisation.plain(key)) || key.isEmpty()) {
        throw wrong(field, path + ".from", "'" + key + "' must be of [a-z0-9_]");
      }
    }
    List<Rule> rules = new ArrayList<>();
    int number = 0;
    for (Config rule : field.getConfigList("rules")) {
      rules.add(rule(rule, path + ".rules[" + number++ + "]"));
    }
    Optional<Quotient> quotient =
        field.hasPath("quotient")
            ? Optional.of(quotient(field.getConfig("quotient"), path + ".quotient"))
            : Optional.empty();
    names.add(name);
    return new Field(name, from, rules, quotient);
  }

  private Rule rule(Config rule, String path) {
    known(rule, path, Set.of("id", "match", "value", "unit", "lower"));
    Pattern match = whole(rule, path, "match");
    String value = rule.getString("value");
    if (!TEMPLATE.matcher(value).matches()) {
      throw wrong(rule, path + ".value", "must be text with groups as $1, without a backslash");
    }
    int groups = match.matcher("").groupCount();
    for (int at = value.indexOf('$'); at >= 0; at = value.indexOf('$', at + 1)) {
      if (value.charAt(at + 1) - '0' > groups) {
        throw wrong(
            rule,
            path + ".value",
            "uses $" + value.charAt(at + 1) + ", but the pattern has " + groups + " groups");
      }
    }
    boolean lower = rule.hasPath("lower") && rule.getBoolean("lower");
    return new Rule(id(rule, path), match, value, unit(rule), lower);
  }

  /** The fields that it needs stand before it, as they are harmonised in their order. */
  private Quotient quotient(Config quotient, String path) {
    known(quotient, path, Set.of("id", "of", "by", "halved-if", "unit"));
    Config halved = quotient.getConfig("halved-if");
    known(halved, path + ".halved-if", Set.of("field", "is"));
    return new Quotient(
        id(quotient, path),
        earlier(quotient, path, "of"),
        earlier(quotient, path, "by"),
        earlier(halved, path + ".halved-if", "field"),
        halved.getString("is"),
        unit(quotient));
  }

  private String earlier(Config config, String path, String key) {
    String field = config.getString(key);
    if (!names.contains(field)) {
      throw wrong(config, path + "." + key, "there is no field '" + field + "' before this one");
    }
    return field;
  }

  private String id(Config config, String path) {
    String id = config.getString("id");
    if (id.isBlank() || !ids.add(id)) {
      throw wrong(config, path + ".id", "must be an id that no other rule has");
    }
    return id;
  }

  private static Optional<String> unit(Config config) {
    return config.hasPath("unit") ? Optional.of(config.getString("unit")) : Optional.empty();
  }

  private static Pattern whole(Config config, String path, String key) {
    try {
      return Pattern.compile("\\A(?:" + config.getString(key) + ")\\z", FLAGS);
    } catch (PatternSyntaxException e) {
      String where = path.isEmpty() ? key : path + "." + key;
      throw wrong(config, where, "is no regular expression: " + e.getDescription());
    }
  }

  static void known(Config config, String path, Set<String> keys) {
    for (String key : config.root().keySet()) {
      if (!keys.contains(key)) {
        throw wrong(
            config,
            path.isEmpty() ? key : path + "." + key,
            "is not known; there are " + String.join(", ", keys.stream().sorted().toList()));
      }
    }
  }

  static ConfigurationException wrong(Config config, String path, String why) {
    return new ConfigurationException(
        config.root().origin().description() + ": " + path + ": " + why);
  }
}
