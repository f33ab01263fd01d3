package refinery.protocol.dataset;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.catalog.Catalog.Problem;

/** Finds out what goes into a dataset, and tells it again. Thread-safe; no method blocks. */
public interface Datasets {

  /** What became of a request. */
  sealed interface Planned {
    /**
     * @param stored the plan's text; the count is that of the samples that are not of the base
     */
    record Plan(DatasetPlan plan, Manifest stored) implements Planned {}

    /** Nothing can be made of it as things are. */
    record Refused(List<Problem> problems) implements Planned {
      public Refused {
        problems = List.copyOf(problems);
      }
    }
  }

  /** Looks up the samples and stores the list of them. Stages fail when the database is away. */
  CompletionStage<Planned> plan(DatasetRequest request);

  /**
   * A plan by which other formats of a dataset that is done are made of its stores; it takes no new
   * sample.
   */
  CompletionStage<Planned> rendering(DatasetId dataset, List<String> formats);

  /** Reads a stored plan. The stage fails if there is none of that digest. */
  CompletionStage<Planned.Plan> read(String plan);

  /**
   * @param next the byte at which the next page begins; empty at the end
   */
  record Lines(List<PlanLine> lines, OptionalLong next) {
    public Lines {
      lines = List.copyOf(lines);
    }
  }

  /**
   * A page of the samples of a stored plan, taken and dropped.
   *
   * @param plan its digest
   * @param from the byte at which the page begins; 0 for the first
   */
  CompletionStage<Lines> samples(String plan, long from, int limit);
}
