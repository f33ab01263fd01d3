package refinery.batch;

import java.util.List;
import java.util.Optional;
import refinery.protocol.Resources;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Need;
import refinery.protocol.job.Work;

/**
 * Says what the jobs of a batch need, from the definitions of pipelines and the sizes of files.
 * Pure and thread-safe.
 */
public interface JobPlanner {
  Resources download(BatchSpec spec);

  /** What the pipeline declares. */
  Resources process(Work.Process work);

  /**
   * What earlier jobs of this size teach to reserve instead; empty while they teach nothing.
   *
   * @param declared what {@link #process} says of it
   */
  default Optional<Resources> learned(Work.Process work, Resources declared) {
    return Optional.empty();
  }

  /**
   * The outputs of other batches that this work needs, whether they are provided already or not.
   * Empty when that cannot be determined; the attempt then fails with the reason.
   *
   * @param set the batches whose outputs are the input of the work; empty for most batches
   */
  List<Need> needs(Work.Process work, Optional<BatchSet> set);
}
