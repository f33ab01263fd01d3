package refinery.agent;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.MDC;
import refinery.protocol.job.JobSpec;

/** What the log says of each line that is logged for an attempt. */
public final class AttemptContext {
  private AttemptContext() {}

  /** The job, attempt, first batch and survey, by name. */
  public static Map<String, String> of(JobSpec spec, int attempt) {
    Map<String, String> known = new HashMap<>();
    known.put("job", spec.id().value());
    known.put("attempt", Integer.toString(attempt));
    spec.batchIds().stream().findFirst().ifPresent(batch -> known.put("batch", batch.value()));
    spec.surveyId().ifPresent(survey -> known.put("survey", survey.value()));
    return known;
  }

  /** The same work, for another thread: what it logs is for the attempt. */
  public static Runnable in(Attempt attempt, Runnable work) {
    return in(of(attempt.spec(), attempt.number()), work);
  }

  static Runnable in(Map<String, String> context, Runnable work) {
    return () -> {
      context.forEach(MDC::put);
      try {
        work.run();
      } finally {
        context.keySet().forEach(MDC::remove);
      }
    };
  }
}
