package refinery.survey;

import java.util.List;
import java.util.concurrent.CompletionStage;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.job.JobSpec;

/** Tells the survey of a job what was found. Idempotent: may be told the same batches again. */
@FunctionalInterface
public interface BatchRecorder {

  /**
   * Completes when the batches are durable, with the number acknowledged; fails with {@link
   * Refused} when the survey wants no more, with anything else when it is worth sending again.
   */
  CompletionStage<Integer> record(JobSpec job, List<BatchSpec> batches);

  /** The survey does not take these batches, now or later. */
  final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Refused(String reason) {
      super(reason);
    }
  }
}
