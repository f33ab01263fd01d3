package refinery.main;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.batch.JobPlanner;
import refinery.pipeline.PipelineCatalog;
import refinery.protocol.Resources;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.Need;
import refinery.protocol.job.Work;
import refinery.transfer.DiskDemand;

/** What jobs need. A download reserves the disk that its first plan writes. */
final class Planner implements JobPlanner {
  /**
   * A download waits for the network, and tokens limit how many there are: a part of a core that is
   * kept for it keeps a whole one from a tool.
   */
  private static final long CPU = 0;

  private static final long MEMORY = 128L << 20;

  private final PipelineCatalog pipelines;
  private final DiskDemand demand;

  Planner(PipelineCatalog pipelines, DiskDemand demand) {
    this.pipelines = pipelines;
    this.demand = demand;
  }

  @Override
  public Resources download(BatchSpec spec) {
    String archive =
        spec.files().stream()
            .flatMap(file -> file.locations().stream())
            .map(Location::archive)
            .findFirst()
            .orElse("unknown");
    long disk = demand.first(spec.files(), spec.metadata());
    return new Resources(CPU, MEMORY, disk, Map.of("net:" + archive, 1));
  }

  @Override
  public List<Need> needs(Work.Process work, Optional<BatchSet> set) {
    return pipelines.needs(work, set);
  }

  @Override
  public Resources process(Work.Process work) {
    return pipelines.resources(work);
  }
}
