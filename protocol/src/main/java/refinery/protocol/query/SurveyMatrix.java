package refinery.protocol.query;

import java.util.List;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobState;

/**
 * How far each batch of a survey is, in short: a page of rows, newest batch first.
 *
 * @param next the cursor of the next page; empty at the end
 */
public record SurveyMatrix(List<Row> items, Optional<String> next) {
  public SurveyMatrix {
    items = List.copyOf(items);
  }

  /**
   * @param quality the verdict, where there is one
   * @param download its newest download job, if it has one
   * @param process its newest process job, if it has one
   */
  public record Row(
      BatchId batch,
      String key,
      BatchState state,
      Optional<String> quality,
      Optional<Cell> download,
      Optional<Cell> process) {}

  /**
   * How a job stands.
   *
   * @param failure its class, if the job failed
   * @param failedAt the step or file at which it failed, if that is known
   * @param steps names of the steps that were recorded of the last attempt, in order; only of a
   *     process job that succeeded or failed
   */
  public record Cell(
      JobId job,
      JobState state,
      Optional<FailureClass> failure,
      Optional<String> failedAt,
      List<String> steps) {
    public Cell {
      steps = List.copyOf(steps);
    }
  }
}
