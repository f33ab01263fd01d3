package refinery.protocol.batch;

/**
 * How a batch stands, as it tells those who observe it.
 *
 * @param revision raised whenever the batch ends or is taken up again
 * @param skipped cancelled because its source said so, which is no failure of anything
 */
public record Standing(long revision, BatchState state, boolean skipped) {}
