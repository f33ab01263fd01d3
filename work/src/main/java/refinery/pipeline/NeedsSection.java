package refinery.pipeline;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
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

  private final PlaceholderCheck placeholders;

  private NeedsSection(PlaceholderCheck placeholders) {
    this.placeholders = placeholders;
  }

  /**
   * @param file the whole of it
   */
  static List<ArtifactNeed> read(Section file, PlaceholderCheck placeholders) {
    List<ArtifactNeed> needs = new ArrayList<>();
    if (!file.has("needs")) {
      return needs;
    }
    file.child("needs")
        .ifPresent(
            section -> {
              for (String role : section.names()) {
                if (!ROLE.matcher(role).matches()) {
                  section.wrong(role, "a role must match " + ROLE);
                }
                section
                    .child(role)
                    .ifPresent(
                        entry -> needs.add(new NeedsSection(placeholders).need(role, entry)));
              }
            });
    return needs;
  }

  private ArtifactNeed need(String role, Section entry) {
    entry.onlyKeys(KEYS, "a need");
    Map<String, String> keyValues = entry.map("key-values");
    Map<String, String> chosen = entry.map("chosen");
    List<String> hints = entry.oneOrMore("hint");
    String pipeline = entry.text("pipeline");
    placeholders.add(entry, "pipeline", List.of(pipeline));
    String organism = entry.optional("organism", "", Config::getString);
    placeholders.add(entry, "key-values", keyValues.values());
    placeholders.add(entry, "chosen", chosen.values());
    placeholders.add(entry, "hint", hints);
    placeholders.add(entry, "organism", List.of(organism));
    return new ArtifactNeed(
        role,
        pipeline,
        entry.text("artifact"),
        organism,
        keyValues,
        entry.optionalText("latest-by"),
        byReadLength(entry, keyValues.keySet()),
        chosen,
        anyOf(entry),
        hints);
  }

  private static Map<String, ByReadLength> byReadLength(Section entry, Set<String> keys) {
    Map<String, ByReadLength> rules = new LinkedHashMap<>();
    if (!entry.has("by-read-length")) {
      return rules;
    }
    entry
        .child("by-read-length")
        .ifPresent(
            section -> {
              for (String name : section.names()) {
                if (!keys.contains(name)) {
                  section.wrong(name, "'" + name + "' is not among the key-values");
                }
                section
                    .child(name)
                    .ifPresent(
                        rule -> {
                          rule.onlyKeys(Set.of("longer-than", "then", "otherwise"), "such a rule");
                          rules.put(
                              name,
                              new ByReadLength(
                                  rule.read("longer-than", 0.0, Config::getDouble),
                                  rule.text("then"),
                                  rule.text("otherwise")));
                        });
              }
            });
    return rules;
  }

  private List<Map<String, String>> anyOf(Section entry) {
    List<Map<String, String>> alternatives = new ArrayList<>();
    for (Section alternative : entry.list("any-of")) {
      Map<String, String> facets = alternative.all();
      if (facets.isEmpty()) {
        alternative.wrong("", "an alternative must name what it asks for");
      }
      alternative
          .names()
          .forEach(
              name -> placeholders.add(alternative, name, List.of(facets.getOrDefault(name, ""))));
      alternatives.add(facets);
    }
    return alternatives;
  }
}
