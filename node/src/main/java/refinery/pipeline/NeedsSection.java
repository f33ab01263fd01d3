package refinery.pipeline;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
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

/** The {@code needs} of a pipeline's file. */
final class NeedsSection {
  private static final Set<String> KEYS =
      Set.of(
          "pipeline", "artifact", "organism", "key-values", "latest-by", "by-read-length", "hint");
  private static final Pattern ROLE = Pattern.compile("[a-z][a-z0-9_]{0,31}");

  private final BiFunction<String, String, ConfigurationException> wrong;

  private NeedsSection(BiFunction<String, String, ConfigurationException> wrong) {
    this.wrong = wrong;
  }

  /**
   * @param wrong makes the error of a key and what is wrong with it
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
    Map<String, String> keyValues = new LinkedHashMap<>();
    for (String name : children(entry, "key-values")) {
      keyValues.put(name, entry.getString("key-values." + ConfigUtil.quoteString(name)));
    }
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
        entry.hasPath("hint") ? entry.getString("hint") : "");
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
