package refinery.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchState;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.dataset.DatasetChoice;
import refinery.protocol.dataset.DatasetFiles;
import refinery.protocol.dataset.DatasetId;
import refinery.protocol.dataset.DatasetPlan;
import refinery.protocol.dataset.DatasetPlan.Matrix;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.PlanLine;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.BatchView.ArtifactView;
import refinery.protocol.query.ReadModel;

/**
 * A dataset that another one appends to.
 *
 * @param stores the digest of its store of each matrix, by the matrix's name
 */
record BaseDataset(DatasetPlan plan, List<PlanLine.Taken> samples, Map<String, String> stores) {
  /** What must be the same in both, since the store was made so. */
  private static final List<DatasetChoice> FIXED =
      List.of(DatasetChoice.LEVEL, DatasetChoice.AGGREGATE);

  /** Nothing can be appended to it. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  int version() {
    return plan.version();
  }

  static BaseDataset find(DatasetRequest request, ReadModel model, PlanStore plans)
      throws Unusable, InterruptedException, ExecutionException, TimeoutException, IOException {
    BaseDataset base = find(request.base().orElseThrow(), model, plans);
    for (DatasetChoice choice : FIXED) {
      JsonNode was = base.plan().request().path(choice.field());
      if (!was.asText().equals(request.choice(choice))) {
        throw new Unusable("it has %s %s; ask for the same".formatted(choice.field(), was));
      }
    }
    return base;
  }

  static BaseDataset find(DatasetId id, ReadModel model, PlanStore plans)
      throws Unusable, InterruptedException, ExecutionException, TimeoutException, IOException {
    BatchView batch =
        CandidateSearch.answer(model.batch(id.batch()))
            .orElseThrow(() -> new Unusable("there is no dataset " + id));
    if (batch.state() != BatchState.DONE) {
      throw new Unusable(id + " is not done, but " + batch.state().word());
    }
    DatasetPlan plan =
        Json.MAPPER.readValue(
            batch.keyValues().getOrDefault(DatasetFiles.PLAN, "{}"), DatasetPlan.class);
    Map<String, String> stores = new HashMap<>();
    for (ArtifactView artifact : batch.artifacts()) {
      DatasetFiles.matrixOfStore(artifact.name())
          .ifPresent(matrix -> stores.put(matrix, artifact.sha256()));
    }
    List<PlanLine.Taken> samples =
        plans.taken(batch.keyValues().getOrDefault(DatasetFiles.PLAN_DIGEST, "")).stream()
            .map(PlanLine.Taken::keptThere)
            .toList();
    return new BaseDataset(plan, samples, stores);
  }

  /** The plan that makes other formats of the same. */
  DatasetPlan rendering(List<String> formats) {
    ObjectNode request = plan.request().deepCopy();
    request.put("base", plan.id().value()).putArray("formats");
    formats.forEach(request.withArray("formats")::add);
    int count = plan.samples().taken();
    return new DatasetPlan(
        DatasetId.of("formats", List.of(plan.id().value(), String.join(" ", formats))),
        plan.version(),
        Optional.of(plan.id()),
        request,
        plan.pipeline(),
        plan.artifact(),
        new DatasetPlan.Samples(0, count, 0, count),
        plan.matrices().stream().map(matrix -> with(matrix, matrix.samples())).toList(),
        List.of());
  }

  /** The choice without what is in here. */
  SampleChoice without(SampleChoice choice) {
    Map<String, PlanLine.Taken> known = new HashMap<>();
    samples.forEach(each -> known.put(each.sample(), each));
    List<PlanLine.Taken> taken = new ArrayList<>();
    List<PlanLine.Dropped> dropped = new ArrayList<>(choice.dropped());
    for (PlanLine.Taken each : choice.taken()) {
      PlanLine.Taken there = known.get(each.sample());
      if (there == null) {
        taken.add(each);
      } else {
        String same =
            there.sha256().equals(each.sha256())
                ? "already in the base"
                : "already in the base, with the result that it had then";
        dropped.add(new PlanLine.Dropped(each.sample(), Optional.of(each.batch()), same));
      }
    }
    dropped.sort(Comparator.comparing(PlanLine.Dropped::sample));
    return new SampleChoice(choice.pipeline(), choice.artifact(), taken, dropped, List.of());
  }

  /** The grouping of new samples together with the matrices and samples of this. */
  Grouping joined(Grouping added) {
    Map<String, Matrix> matrices = new TreeMap<>();
    for (Matrix matrix : plan.matrices()) {
      matrices.put(matrix.name(), with(matrix, matrix.samples()));
    }
    for (Matrix matrix : added.matrices()) {
      Matrix known = matrices.get(matrix.name());
      if (known != null && !known.index().equals(matrix.index())) {
        return refused(known, matrix);
      }
      matrices.put(
          matrix.name(), known == null ? matrix : with(known, known.samples() + matrix.samples()));
    }
    List<PlanLine.Taken> all = new ArrayList<>(samples);
    all.addAll(added.samples());
    return new Grouping(List.copyOf(matrices.values()), all, List.of());
  }

  private Matrix with(Matrix matrix, int count) {
    return new Matrix(
        matrix.name(),
        matrix.organism(),
        matrix.index(),
        matrix.release(),
        matrix.genes(),
        count,
        Optional.ofNullable(stores.get(matrix.name())));
  }

  private static Grouping refused(Matrix known, Matrix matrix) {
    String message =
        "the new samples%s were quantified with the index %s, those of the base with %s: make a dataset of its own of them"
            .formatted(
                matrix.name().isEmpty() ? "" : " of " + matrix.name(),
                matrix.index(),
                known.index());
    return new Grouping(List.of(), List.of(), List.of(new Problem("/base", message)));
  }
}
