package refinery.main;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.batch.JobPlanner;
import refinery.learning.LearnedDemand;
import refinery.pipeline.PipelineCatalog;
import refinery.protocol.Resources;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.Need;
import refinery.protocol.job.Work;
import refinery.protocol.job.WorkSize;
import refinery.transfer.DiskDemand;

/**
 * What jobs need. A download reserves the disk that its first plan writes. Where raw data stays on
 * the volume of scratch, it also reserves what processing it will take there: so many downloads can
 * never fill the volume that nothing of it could be processed, and nothing freed.
 */
final class Planner implements JobPlanner {
  /**
   * A download waits for the network, and tokens limit how many there are: a part of a core that is
   * kept for it keeps a whole one from a tool.
   */
  private static final long CPU = 0;

  private static final long MEMORY = 128L << 20;

  private final PipelineCatalog pipelines;
  private final DiskDemand demand;
  private final boolean oneVolume;
  private final Optional<LearnedDemand> learned;

  /**
   * @param oneVolume whether raw data lies on the volume of scratch
   * @param learned what earlier jobs teach; empty: jobs reserve what is declared
   */
  Planner(
      PipelineCatalog pipelines,
      DiskDemand demand,
      boolean oneVolume,
      Optional<LearnedDemand> learned) {
    this.pipelines = pipelines;
    this.demand = demand;
    this.oneVolume = oneVolume;
    this.learned = learned;
  }

  @Override
  public Resources download(BatchSpec spec) {
    String archive =
        spec.files().stream()
            .flatMap(file -> file.locations().stream())
            .map(Location::archive)
            .findFirst()
            .orElse("unknown");
    long disk = demand.first(spec.files(), spec.metadata(), after(spec));
    return new Resources(CPU, MEMORY, disk, Map.of("net:" + archive, 1));
  }

  private long after(BatchSpec spec) {
    long raw = demand.left(spec.files(), spec.metadata());
    return oneVolume ? pipelines.resources(spec.pipeline(), raw, spec.metadata()).disk() : 0;
  }

  @Override
  public List<Need> needs(Work.Process work, Optional<BatchSet> set) {
    return pipelines.needs(work, set);
  }

  @Override
  public Resources process(Work.Process work) {
    return pipelines.resources(work);
  }

  @Override
  public Optional<Resources> learned(Work.Process work, Resources declared) {
    return learned.flatMap(
        known ->
            known.of(
                work.pipeline(),
                WorkSize.of(work),
                declared,
                pipelines.resources(work.pipeline(), 0, Map.of())));
  }
}
