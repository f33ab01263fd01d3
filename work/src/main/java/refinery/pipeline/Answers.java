package refinery.pipeline;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;

/** Waits up to 30 seconds for an answer of the database, on the attempt's thread. */
final class Answers {
  private static final int SECONDS = 30;

  private Answers() {}

  static <T> T await(CompletionStage<T> stage) throws StepFailure, InterruptedException {
    try {
      return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      throw new StepFailure(
          Failure.of(FailureClass.TRANSIENT, "the database did not answer: " + cause));
    }
  }
}
