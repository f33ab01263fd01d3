package refinery.agent;

import java.util.concurrent.CompletionStage;
import refinery.protocol.job.Outcome;

/**
 * Runs one kind of work. The stage never fails for a reason that belongs to the work: that is an
 * {@link Outcome.Failed}. Nothing of the attempt runs on after the stage has completed.
 */
public interface WorkRunner {
  CompletionStage<Outcome> run(Attempt attempt);
}
