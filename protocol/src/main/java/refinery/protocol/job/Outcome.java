package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import refinery.protocol.Failure;

/** How an attempt ended. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Outcome.Succeeded.class, name = "succeeded"),
  @JsonSubTypes.Type(value = Outcome.Failed.class, name = "failed"),
  @JsonSubTypes.Type(value = Outcome.Outgrown.class, name = "outgrown"),
  @JsonSubTypes.Type(value = Outcome.Crowded.class, name = "crowded")
})
public sealed interface Outcome {
  Usage usage();

  List<StepRecord> steps();

  record Succeeded(JobResult result, Usage usage, List<StepRecord> steps) implements Outcome {
    public Succeeded {
      steps = List.copyOf(steps);
    }
  }

  record Failed(Failure failure, Usage usage, List<StepRecord> steps) implements Outcome {
    public Failed {
      steps = List.copyOf(steps);
    }
  }

  /**
   * The node's volume was full although the attempt kept to what it reserved: the bytes are
   * somebody else's. The job starts anew with the same resources; this is not counted as a failure
   * unless it happens many times in a row.
   */
  record Crowded(Failure failure, Usage usage, List<StepRecord> steps) implements Outcome {
    public Crowded {
      steps = List.copyOf(steps);
    }
  }

  /**
   * The work needs more than is reserved. The job starts anew with as much as it needs; this is not
   * counted as a failure.
   *
   * @param disk bytes to reserve
   * @param memory bytes to reserve; 0: no more than before
   */
  record Outgrown(String reason, long disk, long memory) implements Outcome {
    public Outgrown(String reason, long disk) {
      this(reason, disk, 0);
    }

    @Override
    public Usage usage() {
      return Usage.NONE;
    }

    @Override
    public List<StepRecord> steps() {
      return List.of();
    }
  }
}
