package refinery.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import refinery.pipeline.Pipeline.IndexUse;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.RawFile;
import refinery.readmodel.NodeQueries;

/** Chooses the index of a run: by organism, release, and k from the mean read length. */
final class IndexLookup {
  private static final double LONG_READS = 75;
  private static final int ANSWER_SECONDS = 30;

  private final NodeQueries queries;

  IndexLookup(NodeQueries queries) {
    this.queries = queries;
  }

  sealed interface Answer {
    record Chosen(int k, String release, Artifact artifact) implements Answer {}

    record NotYet(String reason) implements Answer {}
  }

  Answer find(IndexUse use, Map<String, String> parameters, RunInputs inputs)
      throws StepFailure, InterruptedException {
    String organism = parameters.getOrDefault("organism", "");
    String release = parameters.getOrDefault("reference_release", "");
    int k = k(parameters, inputs);
    Selector any =
        Selector.of(use.pipeline(), use.artifact())
            .ofOrganism(organism)
            .with("k", Integer.toString(k));
    Selector selector = release.isEmpty() ? any.latestBy("release") : any.with("release", release);
    List<RefinedArtifact> found = ask(queries.artifacts(selector, 1));
    if (found.isEmpty()) {
      return new Answer.NotYet(reason(selector, organism));
    }
    RefinedArtifact index = found.getFirst();
    return new Answer.Chosen(
        k,
        index.keyValues().getOrDefault("release", ""),
        new Artifact(
            index.name(), index.sha256(), index.size(), index.mediaType(), index.artifact()));
  }

  private String reason(Selector selector, String organism)
      throws StepFailure, InterruptedException {
    Optional<BatchId> underWay = ask(queries.underWay(selector));
    return underWay.isPresent()
        ? "waiting for %s; it is being built by %s".formatted(selector.describe(), underWay.get())
        : "waiting for %s; post an ensembl survey for it: refinery survey ensembl species=%s"
            .formatted(selector.describe(), organism);
  }

  /** Reads longer than 75 take k = 31, others 23; {@code k} of the batch overrules. */
  static int k(Map<String, String> parameters, RunInputs inputs) throws StepFailure {
    String wish = parameters.getOrDefault("k", "auto");
    if (!wish.equals("auto")) {
      return Integer.parseInt(wish);
    }
    return meanReadLength(inputs) > LONG_READS ? 31 : 23;
  }

  private static double meanReadLength(RunInputs inputs) throws StepFailure {
    boolean counted = inputs.chosen().stream().allMatch(file -> file.reads().isPresent());
    long reads = 0;
    long bases = 0;
    for (RawFile file : inputs.chosen()) {
      reads += file.reads().orElse(0);
      bases += file.bases().orElse(0);
    }
    if (counted && reads > 0 && bases > 0) {
      return (double) bases / reads;
    }
    for (String name : new String[] {"mean_read_length", "average_read_length"}) {
      String text = inputs.said().getOrDefault(name, "");
      if (text.matches("\\d{1,7}(\\.\\d{1,20})?")) {
        return Double.parseDouble(text);
      }
    }
    throw StepFailure.permanent("the mean read length is not known, so no index can be chosen");
  }

  static <T> T ask(CompletionStage<T> stage) throws StepFailure, InterruptedException {
    try {
      return stage.toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      throw new StepFailure(
          Failure.of(FailureClass.TRANSIENT, "the database did not answer: " + cause));
    }
  }
}
