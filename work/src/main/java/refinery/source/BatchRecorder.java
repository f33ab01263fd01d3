package refinery.source;

import java.util.List;
import java.util.concurrent.CompletionStage;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.job.JobSpec;

/** Tells a job's survey which batches were found. The same batches may be told again. */
@FunctionalInterface
public interface BatchRecorder {

  /**
   * Completes with the number of acknowledged batches once they are durable. Fails with {@link
   * Refused} when the survey takes no more; after any other failure send them again.
   */
  CompletionStage<Integer> record(JobSpec job, List<BatchSpec> batches);

  /** The survey takes these batches neither now nor later. */
  final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Refused(String reason) {
      super(reason);
    }
  }
}
