package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.artifact.RefinedArtifact;

/**
 * What meets a need: the role of that need, and the bytes that a job then works on, fixed by their
 * digest.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type", defaultImpl = Provision.One.class)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Provision.One.class, name = "one"),
  @JsonSubTypes.Type(value = Provision.All.class, name = "all")
})
public sealed interface Provision {
  String role();

  /** Total bytes of the artifacts. */
  long bytes();

  /** The digest of the artifact, or of the list of artifacts; lower-case hex. */
  String sha256();

  record One(String role, RefinedArtifact artifact) implements Provision {
    @Override
    public long bytes() {
      return artifact.size();
    }

    @Override
    public String sha256() {
      return artifact.sha256();
    }
  }

  /**
   * @param inputs lists the outputs, a {@link refinery.protocol.artifact.MemberOutput} on each
   *     line, sorted by batch id
   */
  record All(String role, Manifest inputs) implements Provision {
    @Override
    public long bytes() {
      return inputs.bytes();
    }

    @Override
    public String sha256() {
      return inputs.sha256();
    }
  }
}
