package refinery.pipeline;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import refinery.configuration.Configuration;
import refinery.configuration.ConfigurationException;
import refinery.pipeline.Pipeline.ArtifactNeed;
import refinery.pipeline.Pipeline.ByReadLength;

/** Reads the section {@code needs} of a pipeline's file. */
final class NeedsSection {
  private static final Set<String> KEYS =
      Set.of(
          "pipeline",
          "artifact",
          "organism",
          "key-values",
          "chosen",
          "any-of",
          "latest-by",
          "by-read-length",
          "hint");
  static final Pattern ROLE = Pattern.compile("[a-z][a-z0-9_]{0,31}");

  private final BiFunction<String, String, ConfigurationException> wrong;

  private NeedsSection(BiFunction<String, String, ConfigurationException> wrong) {
    this.wrong = wrong;
  }

  /**
   * @param wrong makes the exception, from a key and what is wrong with it
   */
  static List<ArtifactNeed> read(
      Config config, BiFunction<String, String, ConfigurationException> wrong) {
    List<ArtifactNeed> needs = new ArrayList<>();
    NeedsSection section = new NeedsSection(wrong);
    for (String role : children(config, "needs")) {
      String key = "needs." + role;
      if (!ROLE.matcher(role).matches()) {
        throw wrong.apply(key, "a role must match " + ROLE);
      }
      try {
        needs.add(
            section.need(key, role, config.getConfig("needs." + ConfigUtil.quoteString(role))));
      } catch (ConfigException e) {
        throw wrong.apply(key, Configuration.oneLine(e));
      }
    }
    return needs;
  }

  private ArtifactNeed need(String key, String role, Config entry) {
    onlyKeys(key, entry, KEYS);
    Map<String, String> keyValues = texts(entry, "key-values");
    Map<String, ByReadLength> byReadLength = new LinkedHashMap<>();
    for (String name : children(entry, "by-read-length")) {
      String at = key + ".by-read-length." + name;
      if (!keyValues.containsKey(name)) {
        throw wrong.apply(at, "'" + name + "' is not among the key-values");
      }
      Config rule = entry.getConfig("by-read-length." + ConfigUtil.quoteString(name));
      onlyKeys(at, rule, Set.of("longer-than", "then", "otherwise"));
      byReadLength.put(
          name,
          new ByReadLength(
              rule.getDouble("longer-than"), rule.getString("then"), rule.getString("otherwise")));
    }
    return new ArtifactNeed(
        role,
        entry.getString("pipeline"),
        entry.getString("artifact"),
        entry.hasPath("organism") ? entry.getString("organism") : "",
        keyValues,
        entry.hasPath("latest-by") ? Optional.of(entry.getString("latest-by")) : Optional.empty(),
        byReadLength,
        texts(entry, "chosen"),
        entry.hasPath("any-of") ? anyOf(key, entry) : List.of(),
        hints(entry));
  }

  private List<Map<String, String>> anyOf(String key, Config entry) {
    List<Map<String, String>> alternatives = new ArrayList<>();
    for (Config alternative : entry.getConfigList("any-of")) {
      Map<String, String> facets = texts(alternative.atKey("facets"), "facets");
      if (facets.isEmpty()) {
        throw wrong.apply(key + ".any-of", "an alternative must name what it asks for");
      }
      alternatives.add(facets);
    }
    return alternatives;
  }

  /** One line, or several. */
  private static List<String> hints(Config entry) {
    if (!entry.hasPath("hint")) {
      return List.of();
    }
    return entry.getValue("hint").valueType() == ConfigValueType.LIST
        ? entry.getStringList("hint")
        : List.of(entry.getString("hint"));
  }

  private static Map<String, String> texts(Config entry, String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String name : children(entry, key)) {
      texts.put(name, entry.getString(key + "." + ConfigUtil.quoteString(name)));
    }
    return texts;
  }

  private void onlyKeys(String key, Config entry, Set<String> known) {
    for (String name : new TreeSet<>(entry.root().keySet())) {
      if (!known.contains(name)) {
        throw wrong.apply(key + "." + name, "is not a key of a need");
      }
    }
  }

  private static Set<String> children(Config config, String key) {
    return config.hasPath(key) ? config.getObject(key).keySet() : Set.of();
  }
}
