package refinery.inputs;

import java.util.concurrent.CompletionStage;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;

/** Says whether all outputs of a set of batches are there. Thread-safe. */
public interface Sets {

  /** The answer to a question. */
  sealed interface Answer {
    /** All outputs are there. The list of them is stored and does not change any more. */
    record Met(Provision.All provision) implements Answer {}

    /**
     * A batch lacks its output.
     *
     * @param at where it stands in the list of members, in bytes
     */
    record Missing(long at) implements Answer {}
  }

  /**
   * Does not block; the stage fails when a list or the database cannot be read.
   *
   * @param from the byte in the list of members at which to begin: that of the last {@link
   *     Answer.Missing}, or 0
   */
  CompletionStage<Answer> ask(Need.All need, long from);
}
