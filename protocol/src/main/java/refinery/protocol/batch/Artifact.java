package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * An output file in permanent storage, addressed by the SHA-256 (lower-case hex) of its bytes.
 *
 * @param role what its pipeline calls it, e.g. {@code salmon-index}, which need not be its file
 *     name; the file name where the pipeline names no role; {@link #LOG} for a step's log
 * @param size bytes
 */
public record Artifact(String name, String sha256, long size, String mediaType, String role) {
  /** The role of a step's log. */
  public static final String LOG = "log";

  @JsonCreator
  public Artifact {
    role = role == null || role.isEmpty() ? name : role;
  }

  public Artifact(String name, String sha256, long size, String mediaType) {
    this(name, sha256, size, mediaType, name);
  }
}
