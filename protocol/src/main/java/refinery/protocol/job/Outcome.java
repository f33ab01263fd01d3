package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.util.List;
import refinery.protocol.Failure;

/** How an attempt ended. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Outcome.Succeeded.class, name = "succeeded"),
  @JsonSubTypes.Type(value = Outcome.Failed.class, name = "failed"),
  @JsonSubTypes.Type(value = Outcome.Deferred.class, name = "deferred"),
  @JsonSubTypes.Type(value = Outcome.Outgrown.class, name = "outgrown")
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

  /** Not possible yet (an index is still being built): tried again later, not charged. */
  record Deferred(String reason, Duration delay) implements Outcome {
    @Override
    public Usage usage() {
      return Usage.NONE;
    }

    @Override
    public List<StepRecord> steps() {
      return List.of();
    }
  }

  /**
   * The work turned out to need more than is reserved: started anew with as much, not charged.
   *
   * @param disk bytes to reserve
   * @param memory bytes to reserve; 0: as many as before
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
