package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.Manifest;

/**
 * A set of batches, and which output of each of them is meant.
 *
 * @param members lists the ids of the batches, sorted, one on each line; a tab and anything may
 *     follow an id, and a line that begins with a number sign is none
 * @param pipeline that refines them; empty: any
 * @param artifact what that pipeline calls the output: its role, or its file name where it has no
 *     role
 * @param ended true when it is enough that each batch has ended: those without the output are
 *     listed with the reason; false when each must bring it
 */
public record BatchSet(
    Manifest members,
    String pipeline,
    String artifact,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean ended) {

  /** A set of which each batch must bring the output. */
  public BatchSet(Manifest members, String pipeline, String artifact) {
    this(members, pipeline, artifact, false);
  }

  /** The batch on a line of the list of members; empty if it names none. */
  public static Optional<BatchId> member(String line) {
    if (line.startsWith("#")) {
      return Optional.empty();
    }
    int end = line.indexOf('\t');
    return Optional.of(BatchId.of(end < 0 ? line : line.substring(0, end)));
  }

  public String describe() {
    return artifact
        + (pipeline.isEmpty() ? "" : " of " + pipeline)
        + " of "
        + members.count()
        + " batches"
        + (ended ? ", as far as they have it when all have ended" : "");
  }
}
