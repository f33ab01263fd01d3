package refinery.batch;

import refinery.protocol.Resources;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.job.Work;

/** What jobs of a batch need, by pipeline definitions and sizes. Pure and thread-safe. */
public interface JobPlanner {
  Resources download(BatchSpec spec);

  Resources process(Work.Process work);
}
