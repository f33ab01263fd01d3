package refinery.protocol.batch;

/**
 * The state of a batch as its observers are told.
 *
 * @param revision raised whenever the batch ends or is taken up again
 * @param skipped true when it is cancelled because its source says not to process it; surveys do
 *     not count this as a failure
 */
public record Standing(long revision, BatchState state, boolean skipped) {}
