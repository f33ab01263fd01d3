package refinery.protocol.batch;

import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.Manifest;

/**
 * A set of batches, and which output of each of them is meant.
 *
 * @param members lists the ids of the batches, sorted, one on each line; a tab and anything may
 *     follow an id, and a line that begins with a number sign is none
 * @param pipeline that refines them
 * @param artifact what that pipeline calls the output: its role, or its file name where it has no
 *     role
 */
public record BatchSet(Manifest members, String pipeline, String artifact) {

  /** The batch on a line of the list of members; empty if it names none. */
  public static Optional<BatchId> member(String line) {
    if (line.startsWith("#")) {
      return Optional.empty();
    }
    int end = line.indexOf('\t');
    return Optional.of(BatchId.of(end < 0 ? line : line.substring(0, end)));
  }

  public String describe() {
    return artifact + " of " + pipeline + " of " + members.count() + " batches";
  }
}
