package refinery.configuration;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The layers of the configuration, strongest first: {@code --set}, {@code REFINERY_*}, {@code
 * --config FILE}, {@code conf/application.conf}. A key under {@code refinery} that has no default,
 * or a value of another type than the default, is refused; the message names the key.
 */
public final class Configuration {
  /** Environment variables that begin with {@code REFINERY_} but are no configuration keys. */
  private static final Set<String> RESERVED =
      Set.of(
          "REFINERY_URL",
          "REFINERY_TOKEN",
          "REFINERY_AUTHORITY",
          "REFINERY_JAVA_OPTS",
          "REFINERY_HEAP",
          "REFINERY_NODE",
          "REFINERY_ATTEMPT",
          "REFINERY_HOME",
          "REFINERY_DB_USER",
          "REFINERY_DB_PASSWORD");

  /** Objects whose keys are chosen by the user and so have no defaults. */
  private static final List<String> OPEN =
      List.of(
          "refinery.transfer.hosts", "refinery.scheduling.weights", "refinery.scheduling.tokens");

  private Configuration() {}

  /** The shipped defaults: {@code conf/} and the libraries' reference files, unresolved. */
  private static Config defaults() {
    return ConfigFactory.parseResourcesAnySyntax("application");
  }

  /**
   * Reads and checks all layers.
   *
   * @param file of {@code --config}
   * @param sets of {@code --set}: values by the full path of their keys
   * @param environment e.g. {@code System.getenv()}
   * @param options what the other command line options mean; only {@code --set} is stronger
   * @throws ConfigurationException when a file cannot be read or a key or value is refused
   */
  public static Config load(
      Optional<Path> file,
      Map<String, String> sets,
      Map<String, String> environment,
      Config options) {
    try {
      Config shipped = defaults();
      Config known = shipped.resolve(ConfigResolveOptions.defaults().setAllowUnresolved(true));
      Config user =
          fromSets(sets, known)
              .withFallback(options)
              .withFallback(fromEnvironment(environment, known))
              .withFallback(file.map(Configuration::fromFile).orElseGet(ConfigFactory::empty));
      check(user, known);
      return user.withFallback(ConfigFactory.defaultOverrides())
          .withFallback(shipped)
          .withFallback(ConfigFactory.defaultReferenceUnresolved())
          .resolve();
    } catch (ConfigException e) {
      throw new ConfigurationException(oneLine(e));
    }
  }

  private static Config fromFile(Path path) {
    if (!Files.isReadable(path)) {
      throw new ConfigurationException("--config: cannot read " + path);
    }
    return ConfigFactory.parseFile(
        path.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
  }

  private static Config fromSets(Map<String, String> sets, Config known) {
    Config config = ConfigFactory.empty();
    for (Map.Entry<String, String> entry : sets.entrySet()) {
      String path = entry.getKey();
      try {
        ConfigUtil.splitPath(path);
      } catch (ConfigException e) {
        throw new ConfigurationException("--set " + path + ": not a configuration key");
      }
      config = config.withValue(path, value(path, entry.getValue(), known));
    }
    SecretKeys.refuseOnCommandLine(
        config.resolve(ConfigResolveOptions.defaults().setAllowUnresolved(true)), known);
    return config;
  }

  /**
   * Takes the text literally where the default is a string, otherwise reads it as HOCON (number,
   * boolean, list, object); what is not HOCON is a string.
   */
  private static ConfigValue value(String path, String text, Config known) {
    boolean isText =
        known.hasPathOrNull(path)
            && !known.getIsNull(path)
            && known.getValue(path).valueType() == ConfigValueType.STRING;
    if (isText) {
      return ConfigValueFactory.fromAnyRef(text, "--set " + path);
    }
    try {
      return ConfigFactory.parseString("v = " + text).getValue("v");
    } catch (ConfigException e) {
      return ConfigValueFactory.fromAnyRef(text, "--set " + path);
    }
  }

  /**
   * Reads variables such as {@code REFINERY_RETRY_TRANSIENT_MAX_ATTEMPTS}: the key's path in
   * capitals, with an underscore for every other character.
   */
  private static Config fromEnvironment(Map<String, String> environment, Config known) {
    Map<String, String> byVariable = new HashMap<>();
    known
        .entrySet()
        .forEach(
            entry -> {
              byVariable.put(SecretKeys.variable(entry.getKey()), entry.getKey());
            });
    Config config = ConfigFactory.empty();
    for (Map.Entry<String, String> entry : environment.entrySet()) {
      String name = entry.getKey();
      if (!name.startsWith("REFINERY_") || RESERVED.contains(name)) {
        continue;
      }
      String path = byVariable.get(name);
      if (path == null) {
        throw new ConfigurationException(
            "environment variable " + name + " is not a configuration key of refinery");
      }
      config = config.withValue(path, value(path, entry.getValue(), known));
    }
    return config;
  }

  private static void check(Config user, Config known) {
    if (!user.hasPath("refinery")) {
      return;
    }
    Config mine = user.resolve(ConfigResolveOptions.defaults().setAllowUnresolved(true));
    for (Map.Entry<String, ConfigValue> entry : mine.getConfig("refinery").entrySet()) {
      String path = "refinery." + entry.getKey();
      if (OPEN.stream().anyMatch(open -> path.startsWith(open + "."))) {
        continue;
      }
      if (!known.hasPathOrNull(path)) {
        throw new ConfigurationException(
            "unknown configuration key " + path + " (" + origin(entry.getValue()) + ")");
      }
      if (!known.getIsNull(path)) {
        checkType(path, entry.getValue(), known.getValue(path));
      }
    }
  }

  private static void checkType(String path, ConfigValue given, ConfigValue shipped) {
    boolean scalar = isScalar(given) && isScalar(shipped);
    boolean bothTruths =
        (given.valueType() == ConfigValueType.BOOLEAN)
            == (shipped.valueType() == ConfigValueType.BOOLEAN);
    boolean number =
        shipped.valueType() != ConfigValueType.NUMBER
            || given.valueType() == ConfigValueType.NUMBER
            || given.unwrapped().toString().matches("[0-9.]+ *[A-Za-z]*");
    boolean whole =
        !(shipped.unwrapped() instanceof Integer || shipped.unwrapped() instanceof Long)
            || !given.unwrapped().toString().matches("-?[0-9]*[.][0-9]+([eE].*)?|.*[eE]-.*");
    if (scalar && bothTruths && number && !whole) {
      throw new ConfigurationException(
          path + " must be a whole number, not " + given.render() + " (" + origin(given) + ")");
    }
    boolean fits = scalar ? bothTruths && number : given.valueType() == shipped.valueType();
    if (!fits) {
      throw new ConfigurationException(
          path
              + " must be a "
              + shipped.valueType().name().toLowerCase(Locale.ROOT)
              + ", not "
              + (SecretKeys.isSecret(path)
                  ? given.valueType().name().toLowerCase(Locale.ROOT)
                  : given.render())
              + " ("
              + origin(given)
              + ")");
    }
  }

  private static boolean isScalar(ConfigValue value) {
    return switch (value.valueType()) {
      case STRING, NUMBER, BOOLEAN -> true;
      case OBJECT, LIST, NULL -> false;
    };
  }

  private static String origin(ConfigValue value) {
    return value.origin().description();
  }

  /** The message of the configuration library on one line. */
  public static String oneLine(ConfigException e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.replaceAll("\\s*\\R\\s*", " ");
  }
}
