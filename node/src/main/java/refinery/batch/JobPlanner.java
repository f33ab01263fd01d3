package refinery.batch;

import java.util.List;
import refinery.protocol.Resources;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Need;
import refinery.protocol.job.Work;

/** What jobs of a batch need, by pipeline definitions and sizes. Pure and thread-safe. */
public interface JobPlanner {
  Resources download(BatchSpec spec);

  Resources process(Work.Process work);

  /**
   * What outputs of others this work needs, whether provided or not; nothing when that cannot be
   * told, which the attempt will say.
   */
  List<Need> needs(Work.Process work);
}
