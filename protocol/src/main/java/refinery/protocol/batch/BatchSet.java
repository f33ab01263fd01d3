package refinery.protocol.batch;

import refinery.protocol.artifact.Manifest;

/**
 * A set of batches, and which output of each of them is meant.
 *
 * @param members lists the ids of the batches, sorted, one on each line
 * @param pipeline that refines them
 * @param artifact what that pipeline calls the output: its role, or its file name where it has no
 *     role
 */
public record BatchSet(Manifest members, String pipeline, String artifact) {

  public String describe() {
    return artifact + " of " + pipeline + " of " + members.count() + " batches";
  }
}
