package refinery.main;

import java.util.Map;
import java.util.OptionalLong;
import refinery.batch.JobPlanner;
import refinery.pipeline.PipelineCatalog;
import refinery.protocol.Resources;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.Work;

/**
 * What jobs need. A download reserves the bytes that the archive states before it begins; a run
 * that only NCBI has needs ten times its {@code .sra} object for the extraction.
 */
final class Planner implements JobPlanner {
  /**
   * A download waits for the network, and tokens limit how many there are: a part of a core that is
   * kept for it keeps a whole one from a tool.
   */
  private static final long CPU = 0;

  private static final long MEMORY = 128L << 20;
  private static final long MARGIN = 64L << 20;
  private static final int EXTRACTION = 10;

  /** What is reserved where the archive does not say how large a file is. */
  private static final long UNKNOWN = 1L << 30;

  private final PipelineCatalog pipelines;

  Planner(PipelineCatalog pipelines) {
    this.pipelines = pipelines;
  }

  @Override
  public Resources download(BatchSpec spec) {
    long bytes = spec.files().stream().mapToLong(Planner::needed).sum();
    String archive =
        spec.files().stream()
            .flatMap(file -> file.locations().stream())
            .map(Location::archive)
            .findFirst()
            .orElse("unknown");
    return new Resources(CPU, MEMORY, bytes + MARGIN, Map.of("net:" + archive, 1));
  }

  private static long needed(SourceFile file) {
    boolean extracted =
        !file.locations().isEmpty() && file.locations().getFirst().format().equals("sra");
    OptionalLong stated = file.size();
    if (stated.isPresent()) {
      return stated.getAsLong() * (extracted ? EXTRACTION : 1);
    }
    return UNKNOWN;
  }

  @Override
  public Resources process(Work.Process work) {
    return pipelines.resources(work);
  }
}
