package refinery.protocol.artifact;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which artifact is wanted: of which pipeline and organism, with which key-values. {@link #matches}
 * and {@link #order} must agree with the SQL query of the artifact table.
 *
 * @param pipeline that made it, e.g. {@code transcriptome-index}
 * @param artifact what that pipeline calls it: the output's {@code role}, e.g. {@code
 *     salmon-index}, or its file name where it has no role, e.g. {@code quant.sf}
 * @param organism slug ({@code homo_sapiens}); empty: any
 * @param keyValues the artifact must have all of them, see {@link KeyValues}; sorted by key
 * @param anyOf alternatives, the most wanted first: the artifact must have all facets ({@link
 *     RefinedArtifact#facets}) of one of them; empty: nothing more is asked
 * @param latestBy the key, e.g. {@code release}, by which the artifact with the largest number is
 *     wanted; empty: the artifact that was refined last
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Selector(
    String pipeline,
    String artifact,
    Optional<String> organism,
    Map<String, String> keyValues,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Map<String, String>> anyOf,
    Optional<String> latestBy) {
  private static final int LONGEST = 200;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  public Selector {
    pipeline = text("pipeline", pipeline);
    artifact = text("artifact", artifact);
    organism = organism == null ? Optional.empty() : organism;
    latestBy = latestBy == null ? Optional.empty() : latestBy;
    keyValues =
        keyValues == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(keyValues));
    organism.ifPresent(slug -> text("organism", slug));
    anyOf =
        anyOf == null
            ? List.of()
            : anyOf.stream()
                .<Map<String, String>>map(
                    facets -> Collections.unmodifiableMap(new TreeMap<>(facets)))
                .toList();
    anyOf.forEach(Selector::checkAlternative);
    latestBy.flatMap(KeyValues::keyProblem).ifPresent(problem -> refuse("latest_by", problem));
    keyValues.forEach(
        (key, value) -> {
          KeyValues.keyProblem(key).ifPresent(problem -> refuse("key_values." + key, problem));
          KeyValues.valueProblem(value).ifPresent(problem -> refuse("key_values." + key, problem));
        });
  }

  public static Selector of(String pipeline, String artifact) {
    return new Selector(
        pipeline, artifact, Optional.empty(), Map.of(), List.of(), Optional.empty());
  }

  public Selector ofOrganism(String slug) {
    return new Selector(pipeline, artifact, Optional.of(slug), keyValues, anyOf, latestBy);
  }

  public Selector with(String key, String value) {
    Map<String, String> more = new TreeMap<>(keyValues);
    more.put(key, value);
    return new Selector(pipeline, artifact, organism, more, anyOf, latestBy);
  }

  public Selector latestBy(String key) {
    return new Selector(pipeline, artifact, organism, keyValues, anyOf, Optional.of(key));
  }

  /** With one more alternative, less wanted than those before. */
  public Selector or(Map<String, String> facets) {
    List<Map<String, String>> more = new ArrayList<>(anyOf);
    more.add(facets);
    return new Selector(pipeline, artifact, organism, keyValues, more, latestBy);
  }

  private static String text(String field, String value) {
    if (value == null
        || value.isBlank()
        || value.length() > LONGEST
        || !value.equals(KeyValues.clean(value))) {
      refuse(field, "must be text of 1 to " + LONGEST + " characters");
    }
    return value;
  }

  private static void checkAlternative(Map<String, String> facets) {
    if (facets.isEmpty()) {
      refuse("any_of", "an alternative must ask for something");
    }
    facets.forEach(
        (key, value) ->
            KeyValues.valueProblem(value).ifPresent(problem -> refuse("any_of." + key, problem)));
  }

  private static void refuse(String field, String problem) {
    throw new IllegalArgumentException(field + ": " + problem);
  }

  /** Everything that the artifact must have; compare {@link RefinedArtifact#facets}. */
  public Map<String, String> facets() {
    Map<String, String> all = new TreeMap<>(keyValues);
    all.put("pipeline", pipeline);
    all.put("role", artifact);
    organism.ifPresent(slug -> all.put("organism", slug));
    return all;
  }

  public boolean matches(RefinedArtifact artifact) {
    return artifact.facets().entrySet().containsAll(facets().entrySet())
        && (anyOf.isEmpty() || rank(artifact) < anyOf.size());
  }

  /** The first alternative that the artifact meets. */
  private int rank(RefinedArtifact artifact) {
    Map<String, String> facets = artifact.facets();
    for (int i = 0; i < anyOf.size(); i++) {
      if (facets.entrySet().containsAll(anyOf.get(i).entrySet())) {
        return i;
      }
    }
    return anyOf.size();
  }

  /**
   * True when an output of an unfinished batch may match once the batch is done: nothing known of
   * the batch contradicts the selector. Keys that the batch lacks may come with its results; those
   * of an alternative must be known.
   *
   * @param known the batch's key-values so far
   */
  public boolean mayMatch(
      String ofPipeline, Optional<String> ofOrganism, Map<String, String> known) {
    return pipeline.equals(ofPipeline)
        && (organism.isEmpty() || organism.equals(ofOrganism))
        && keyValues.entrySet().stream()
            .allMatch(
                wanted ->
                    known
                        .getOrDefault(wanted.getKey(), wanted.getValue())
                        .equals(wanted.getValue()))
        && (anyOf.isEmpty() || anyOf.stream().anyMatch(facets -> says(facets, ofOrganism, known)));
  }

  private static boolean says(
      Map<String, String> facets, Optional<String> organism, Map<String, String> known) {
    Map<String, String> said = new TreeMap<>(known);
    organism.ifPresent(slug -> said.put("organism", slug));
    return said.entrySet().containsAll(facets.entrySet());
  }

  /**
   * Sorts matching artifacts, the wanted one first. The order is total, so every node picks the
   * same artifact.
   */
  public Comparator<RefinedArtifact> order() {
    return Comparator.comparingInt(this::rank)
        .thenComparing(this::latest, Comparator.reverseOrder())
        .thenComparing(RefinedArtifact::refinedAt, Comparator.reverseOrder())
        .thenComparing(RefinedArtifact::batch)
        .thenComparing(
            RefinedArtifact::name,
            (a, b) -> Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray()));
  }

  private int latest(RefinedArtifact artifact) {
    return latestBy
        .map(key -> artifact.keyValues().getOrDefault(key, ""))
        .filter(text -> NUMBER.matcher(text).matches())
        .map(Integer::valueOf)
        .orElse(-1);
  }

  /**
   * The selector in words, e.g. {@code salmon-index of transcriptome-index for homo_sapiens, k 31}.
   */
  public String describe() {
    StringBuilder words = new StringBuilder(artifact).append(" of ").append(pipeline);
    organism.ifPresent(slug -> words.append(" for ").append(slug));
    keyValues.forEach((key, value) -> words.append(", ").append(key).append(' ').append(value));
    if (!anyOf.isEmpty()) {
      words.append(
          anyOf.stream()
              .map(
                  facets ->
                      facets.entrySet().stream()
                          .map(each -> each.getKey() + " " + each.getValue())
                          .collect(Collectors.joining(" and ")))
              .collect(Collectors.joining(", else ", ", ", "")));
    }
    latestBy.ifPresent(key -> words.append(", latest ").append(key));
    return words.toString();
  }
}
