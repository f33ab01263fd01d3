package refinery.protocol.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;

/**
 * Failed jobs by cause, the largest groups first.
 *
 * @param next always empty: what is beyond the limit is found by filters
 * @param groups how many there are, listed here or not
 * @param jobs how many failed jobs they have together
 */
public record FailureGroups(List<Group> items, Optional<String> next, long groups, long jobs) {
  public FailureGroups {
    items = List.copyOf(items);
  }

  /**
   * Failed jobs of one class and of one message, but for numbers, ids and paths.
   *
   * @param id stable: it follows from class and message
   * @param message without what differs from job to job
   * @param first when the earliest of them failed
   * @param last when the latest of them failed
   * @param kinds how many there are of each kind
   * @param samples the latest few
   */
  public record Group(
      String id,
      @JsonProperty("class") FailureClass failureClass,
      String message,
      long jobs,
      Instant first,
      Instant last,
      Map<String, Long> kinds,
      List<Sample> samples) {
    public Group {
      kinds = Map.copyOf(kinds);
      samples = List.copyOf(samples);
    }
  }

  /**
   * @param message as the job has it
   */
  public record Sample(JobId id, String message, Instant at) {}

  /**
   * What a retry of a group with its dependants takes up: ids, fixed when they were asked for.
   *
   * @param jobs the newest failed jobs of the group
   * @param batches that have failed because nothing brought what the batches of those jobs make
   * @param waiting how many batches wait for that and go on by themselves
   * @param total how many failed jobs the group has
   */
  public record RetryPlan(
      String id, List<JobId> jobs, List<BatchId> batches, long waiting, long total) {
    public RetryPlan {
      jobs = List.copyOf(jobs);
      batches = List.copyOf(batches);
    }

    /** True when the lists name all; else the rest can be retried after these. */
    public boolean isComplete() {
      return jobs.size() == total;
    }
  }
}
