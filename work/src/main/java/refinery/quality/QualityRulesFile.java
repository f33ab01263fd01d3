package refinery.quality;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import refinery.configuration.Configuration;
import refinery.configuration.ConfigurationException;
import refinery.storage.Sha256;

/**
 * Reads the thresholds: {@code conf/rules/quality.conf} is the preset {@code default}, {@code
 * conf/rules/quality-NAME.conf} the preset NAME. Every error names the file, the line and the key.
 */
public final class QualityRulesFile {
  private static final String FOLDER = "rules";
  private static final List<String> SHIPPED = List.of(QualityRules.DEFAULT, "dee2", "amalgkit");
  private static final Pattern FILE = Pattern.compile("quality(?:-([a-z0-9]{1,40}))?\\.conf");
  private static final Set<String> BOUNDS =
      Set.of("fail-below", "warn-below", "fail-above", "warn-above");

  private QualityRulesFile() {}

  /**
   * All presets by name.
   *
   * @throws ConfigurationException for the first error
   */
  public static Map<String, QualityRules> load() {
    ClassLoader loader = QualityRulesFile.class.getClassLoader();
    Map<String, QualityRules> presets = new TreeMap<>();
    try {
      for (String name : names(loader)) {
        URL url = loader.getResource(FOLDER + "/" + file(name));
        if (url == null) {
          throw new ConfigurationException("conf/" + FOLDER + "/" + file(name) + " is missing");
        }
        presets.put(name, read(name, url));
      }
    } catch (IOException e) {
      throw new ConfigurationException("cannot read the rules of quality: " + e.getMessage());
    }
    return Collections.unmodifiableMap(presets);
  }

  private static String file(String preset) {
    return preset.equals(QualityRules.DEFAULT) ? "quality.conf" : "quality-" + preset + ".conf";
  }

  private static Set<String> names(ClassLoader loader) throws IOException {
    Set<String> names = new TreeSet<>(SHIPPED);
    for (URL folder : Collections.list(loader.getResources(FOLDER))) {
      if (folder.getProtocol().equals("file")) {
        try (Stream<Path> entries = Files.list(Path.of(folder.toURI()))) {
          entries
              .map(path -> FILE.matcher(path.getFileName().toString()))
              .filter(Matcher::matches)
              .map(matcher -> matcher.group(1) == null ? QualityRules.DEFAULT : matcher.group(1))
              .forEach(names::add);
        } catch (URISyntaxException e) {
          throw new IOException("no path: " + folder, e);
        }
      }
    }
    return names;
  }

  private static QualityRules read(String name, URL url) throws IOException {
    String text;
    try (InputStream in = url.openStream()) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    try {
      return read(name, text, ConfigFactory.parseURL(url).resolve());
    } catch (ConfigException e) {
      throw new ConfigurationException(Configuration.oneLine(e));
    }
  }

  /**
   * @throws ConfigException for a value of the wrong type
   */
  static QualityRules read(String name, String text, Config file) {
    List<Threshold> thresholds = new ArrayList<>();
    for (String key : file.root().keySet().stream().sorted().toList()) {
      Measure measure =
          Measure.of(key)
              .orElseThrow(
                  () ->
                      wrong(
                          file,
                          key,
                          "is no measure; there are " + String.join(", ", Measure.words())));
      thresholds.add(threshold(measure, file.getConfig(key)));
    }
    if (thresholds.isEmpty()) {
      throw wrong(file, name, "has no threshold");
    }
    return new QualityRules(name, Sha256.of(text), thresholds);
  }

  private static Threshold threshold(Measure measure, Config bounds) {
    for (String key : bounds.root().keySet()) {
      if (!BOUNDS.contains(key)) {
        throw wrong(
            bounds,
            measure.word() + "." + key,
            "is not known; there are " + String.join(", ", BOUNDS.stream().sorted().toList()));
      }
    }
    OptionalDouble failBelow = bound(measure, bounds, "fail-below");
    OptionalDouble warnBelow = bound(measure, bounds, "warn-below");
    OptionalDouble failAbove = bound(measure, bounds, "fail-above");
    OptionalDouble warnAbove = bound(measure, bounds, "warn-above");
    boolean below = failBelow.isPresent() || warnBelow.isPresent();
    boolean above = failAbove.isPresent() || warnAbove.isPresent();
    if (below == above) {
      throw wrong(
          bounds, measure.word(), "has bounds either below or above, fail-, warn-, or both");
    }
    Threshold threshold =
        above
            ? new Threshold(measure, true, failAbove, warnAbove)
            : new Threshold(measure, false, failBelow, warnBelow);
    checkOrder(bounds, threshold);
    return threshold;
  }

  private static void checkOrder(Config bounds, Threshold threshold) {
    if (threshold.fail().isPresent() && threshold.warn().isPresent()) {
      double fail = threshold.fail().getAsDouble();
      double warn = threshold.warn().getAsDouble();
      if (threshold.above() ? warn >= fail : warn <= fail) {
        throw wrong(
            bounds, threshold.measure().word(), "would never warn: its bound is beyond the other");
      }
    }
  }

  private static OptionalDouble bound(Measure measure, Config bounds, String key) {
    if (!bounds.hasPath(key)) {
      return OptionalDouble.empty();
    }
    double value = bounds.getDouble(key);
    boolean percent = measure.unit().equals("percent");
    if (!(value >= 0) || Double.isInfinite(value) || (percent && value > 100)) {
      throw wrong(
          bounds,
          measure.word() + "." + key,
          percent ? "must be from 0 to 100, in per cent" : "must be a number from 0 on");
    }
    return OptionalDouble.of(value);
  }

  private static ConfigurationException wrong(Config config, String path, String why) {
    return new ConfigurationException(
        config.root().origin().description() + ": " + path + ": " + why);
  }
}
