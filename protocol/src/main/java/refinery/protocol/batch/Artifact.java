package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * An output file in permanent storage, addressed by the SHA-256 (lower-case hex) of its bytes.
 *
 * @param role what its pipeline calls it ({@code salmon-index}), whatever its file name is; the
 *     name itself where the pipeline does not say, {@link #LOG} for what a step wrote
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
