package refinery.datasets;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.dataset.DatasetRequestReader;
import refinery.protocol.dataset.DatasetSelection;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel;
import refinery.protocol.query.ReadModel.Filter;

/** Collects the candidates of a selection, a piece at a time. Blocking; for one thread. */
final class CandidateSearch {
  private static final int PIECE = 1_000;
  private static final int SURVEY_PIECE = 5_000;
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final SampleQueries queries;
  private final ReadModel model;
  private final Map<BatchId, Candidate> found = new HashMap<>();

  CandidateSearch(SampleQueries queries, ReadModel model) {
    this.queries = queries;
    this.model = model;
  }

  /** There is no such survey, or there are too many samples. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  List<Candidate> of(DatasetSelection selection)
      throws Unusable, InterruptedException, ExecutionException, TimeoutException {
    switch (selection) {
      case DatasetSelection.OfSurvey survey -> survey(survey);
      case DatasetSelection.Named named -> named(named);
      case DatasetSelection.Matching matching -> matching(matching);
    }
    return List.copyOf(found.values());
  }

  private void survey(DatasetSelection.OfSurvey selection)
      throws Unusable, InterruptedException, ExecutionException, TimeoutException {
    if (!answer(queries.isSurvey(selection.survey()))) {
      throw new Unusable("there is no survey " + selection.survey());
    }
    Optional<BatchId> last = Optional.empty();
    List<Candidate> page;
    do {
      page = answer(queries.ofSurvey(selection.survey(), last, SURVEY_PIECE));
      add(page);
      last = page.isEmpty() ? last : Optional.of(page.getLast().batch());
    } while (!page.isEmpty());
  }

  private void named(DatasetSelection.Named selection)
      throws Unusable, InterruptedException, ExecutionException, TimeoutException {
    for (int from = 0; from < selection.samples().size(); from += PIECE) {
      List<String> ids = new ArrayList<>();
      List<String> keys = new ArrayList<>();
      for (String name :
          selection.samples().subList(from, Math.min(from + PIECE, selection.samples().size()))) {
        (name.startsWith(BatchId.PREFIX) ? ids : keys).add(name);
      }
      if (!ids.isEmpty()) {
        add(answer(queries.ofBatches(ids)));
      }
      if (!keys.isEmpty()) {
        add(answer(queries.ofKeys(keys)));
      }
    }
  }

  private void matching(DatasetSelection.Matching selection)
      throws Unusable, InterruptedException, ExecutionException, TimeoutException {
    Map<String, String> values = new HashMap<>();
    selection
        .facets()
        .forEach(
            (key, value) ->
                values.put(
                    key.equals("organism") || key.equals("pipeline") ? key : "kv." + key, value));
    for (String role : Candidate.QUANTIFICATIONS) {
      values.put("role", role);
      Optional<String> cursor = Optional.empty();
      do {
        Page<RefinedArtifact> page = answer(model.artifacts(new Filter(values, PIECE, cursor)));
        List<String> ids =
            page.items().stream().map(each -> each.batch().value()).distinct().toList();
        if (!ids.isEmpty()) {
          add(answer(queries.ofBatches(ids)));
        }
        cursor = page.next();
      } while (cursor.isPresent());
    }
  }

  private void add(List<Candidate> candidates) throws Unusable {
    candidates.forEach(each -> found.put(each.batch(), each));
    if (found.size() > DatasetRequestReader.MOST_SAMPLES) {
      throw new Unusable(
          "there are more than %,d samples; ask for fewer"
              .formatted(DatasetRequestReader.MOST_SAMPLES));
    }
  }

  static <T> T answer(CompletionStage<T> stage)
      throws InterruptedException, ExecutionException, TimeoutException {
    return stage.toCompletableFuture().get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
  }
}
