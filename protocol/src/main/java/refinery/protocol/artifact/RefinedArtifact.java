package refinery.protocol.artifact;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.BatchId;

/**
 * An output of a batch that is done. Its bytes are found in permanent storage by their digest.
 * Texts longer than {@value #LONGEST} characters are cut.
 *
 * @param name file name, unique in its batch
 * @param role what its pipeline calls it, see {@link Selector}
 * @param organism slug, where known
 * @param keyValues see {@link KeyValues}
 * @param sha256 lower-case hex
 * @param size bytes
 * @param refinedAt when the batch recorded it, to the microsecond
 */
public record RefinedArtifact(
    BatchId batch,
    String pipeline,
    String role,
    String name,
    Optional<String> organism,
    Map<String, String> keyValues,
    String sha256,
    long size,
    String mediaType,
    Instant refinedAt) {
  private static final int LONGEST = 300;

  public RefinedArtifact {
    pipeline = bounded(pipeline);
    role = bounded(role);
    name = bounded(name);
    organism = organism.map(RefinedArtifact::bounded).filter(slug -> !slug.isEmpty());
    keyValues = KeyValues.of(keyValues);
    sha256 = bounded(sha256);
    mediaType = bounded(mediaType);
    refinedAt = refinedAt.truncatedTo(ChronoUnit.MICROS);
  }

  private static String bounded(String text) {
    return KeyValues.clean(text.length() > LONGEST ? text.substring(0, LONGEST) : text);
  }

  /**
   * Everything that it can be found by: its key-values, and its properties under their {@linkplain
   * KeyValues#RESERVED reserved} names.
   */
  public Map<String, String> facets() {
    Map<String, String> all = new TreeMap<>(keyValues);
    all.put("pipeline", pipeline);
    all.put("role", role);
    all.put("name", name);
    all.put("media_type", mediaType);
    organism.ifPresent(slug -> all.put("organism", slug));
    return all;
  }
}
