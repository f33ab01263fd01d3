package refinery.protocol.artifact;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A question to the artifact table: which artifact of which pipeline, of which organism, with which
 * key-values. {@link #matches} and {@link #order} say in Java what the query says in SQL.
 *
 * @param pipeline that made it, e.g. {@code transcriptome-index}
 * @param artifact what that pipeline calls it: the {@code role} of the output, e.g. {@code
 *     salmon-index}; without a role its file name, e.g. {@code quant.sf}
 * @param organism slug ({@code homo_sapiens}); empty: any
 * @param keyValues all of them must be the artifact's too, see {@link KeyValues}; in order of their
 *     keys
 * @param latestBy the key whose largest number is wanted ({@code release}); empty: what was refined
 *     last
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Selector(
    String pipeline,
    String artifact,
    Optional<String> organism,
    Map<String, String> keyValues,
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
    latestBy.flatMap(KeyValues::keyProblem).ifPresent(problem -> refuse("latest_by", problem));
    keyValues.forEach(
        (key, value) -> {
          KeyValues.keyProblem(key).ifPresent(problem -> refuse("key_values." + key, problem));
          KeyValues.valueProblem(value).ifPresent(problem -> refuse("key_values." + key, problem));
        });
  }

  public static Selector of(String pipeline, String artifact) {
    return new Selector(pipeline, artifact, Optional.empty(), Map.of(), Optional.empty());
  }

  public Selector ofOrganism(String slug) {
    return new Selector(pipeline, artifact, Optional.of(slug), keyValues, latestBy);
  }

  public Selector with(String key, String value) {
    Map<String, String> more = new TreeMap<>(keyValues);
    more.put(key, value);
    return new Selector(pipeline, artifact, organism, more, latestBy);
  }

  public Selector latestBy(String key) {
    return new Selector(pipeline, artifact, organism, keyValues, Optional.of(key));
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

  private static void refuse(String field, String problem) {
    throw new IllegalArgumentException(field + ": " + problem);
  }

  /** Everything that must be equal, as one map; see {@link RefinedArtifact#facets}. */
  public Map<String, String> facets() {
    Map<String, String> all = new TreeMap<>(keyValues);
    all.put("pipeline", pipeline);
    all.put("role", artifact);
    organism.ifPresent(slug -> all.put("organism", slug));
    return all;
  }

  public boolean matches(RefinedArtifact artifact) {
    return artifact.facets().entrySet().containsAll(facets().entrySet());
  }

  /**
   * Whether what a batch refines may match once it is done: nothing that is known of the batch
   * already speaks against it. What it does not say yet may come with its results.
   *
   * @param known its key-values so far
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
                        .equals(wanted.getValue()));
  }

  /** The one that is wanted most comes first; the order is total. */
  public Comparator<RefinedArtifact> order() {
    return Comparator.comparing(this::latest, Comparator.reverseOrder())
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

  /** In plain words, e.g. {@code salmon-index of transcriptome-index for homo_sapiens, k 31}. */
  public String describe() {
    StringBuilder words = new StringBuilder(artifact).append(" of ").append(pipeline);
    organism.ifPresent(slug -> words.append(" for ").append(slug));
    keyValues.forEach((key, value) -> words.append(", ").append(key).append(' ').append(value));
    latestBy.ifPresent(key -> words.append(", latest ").append(key));
    return words.toString();
  }
}
