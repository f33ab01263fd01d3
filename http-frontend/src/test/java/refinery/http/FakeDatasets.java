package refinery.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.dataset.DatasetId;
import refinery.protocol.dataset.DatasetPlan;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.DatasetSelection;
import refinery.protocol.dataset.DatasetSlices;
import refinery.protocol.dataset.Datasets;
import refinery.protocol.dataset.PlanLine;

/** Plans every request as the same one sample, but refuses the sample {@code none}. */
final class FakeDatasets implements Datasets, DatasetSlices {
  static final String PLAN = "c".repeat(64);
  static final DatasetId ID = DatasetId.of("dataset-one");
  static final DatasetId RENDERED = DatasetId.of("dataset-one-in-parquet");
  private static final DatasetRequest REQUEST =
      new DatasetRequest(
          new DatasetSelection.Named(List.of("SRR1")),
          Optional.empty(),
          Map.of(),
          DatasetRequest.VALUES,
          List.of("tsv.gz"),
          Optional.empty());

  final List<Question> questions = new CopyOnWriteArrayList<>();

  static DatasetPlan made(DatasetRequest request) {
    return new DatasetPlan(
        ID,
        1,
        Optional.empty(),
        request.json(10),
        "salmon-quant",
        "quant.sf",
        new DatasetPlan.Samples(2, 1, 1, 0),
        List.of(
            new DatasetPlan.Matrix(
                "", Optional.of("fly"), "ab", Optional.of("7"), "cd", 1, Optional.empty())),
        List.of(new PlanLine.Dropped("SRR2", Optional.empty(), "not done, but queued")));
  }

  private volatile DatasetRequest asked;

  @Override
  public CompletionStage<Planned> plan(DatasetRequest request) {
    if (request.selection() instanceof DatasetSelection.Named named
        && named.samples().contains("none")) {
      return CompletableFuture.completedFuture(
          new Planned.Refused(List.of(new Problem("/samples", "none of the 1 samples"))));
    }
    asked = request;
    return CompletableFuture.completedFuture(
        new Planned.Plan(made(request), new Manifest(PLAN, 1, 0, 9)));
  }

  @Override
  public CompletionStage<Planned> rendering(DatasetId dataset, List<String> formats) {
    DatasetPlan plan = made(asked == null ? REQUEST : asked);
    return CompletableFuture.completedFuture(
        new Planned.Plan(
            new DatasetPlan(
                RENDERED,
                1,
                Optional.of(dataset),
                plan.request(),
                plan.pipeline(),
                plan.artifact(),
                new DatasetPlan.Samples(0, 1, 0, 1),
                plan.matrices(),
                List.of()),
            new Manifest(PLAN, 0, 0, 9)));
  }

  @Override
  public CompletionStage<Planned.Plan> read(String plan) {
    return CompletableFuture.completedFuture(
        new Planned.Plan(made(asked), new Manifest(plan, 1, 0, 9)));
  }

  @Override
  public CompletionStage<Lines> samples(String plan, long from, int limit) {
    PlanLine taken =
        new PlanLine.Taken("SRR1", BatchId.of("batch-1"), "", "ab", 7, false, Map.of("title", "t"));
    PlanLine dropped = new PlanLine.Dropped("SRR2", Optional.empty(), "not done, but queued");
    return CompletableFuture.completedFuture(
        from == 0
            ? new Lines(List.of(dropped), OptionalLong.of(71))
            : new Lines(List.of(taken), OptionalLong.empty()));
  }

  @Override
  public CompletionStage<Slice> slice(Question question) {
    questions.add(question);
    Map<String, double[]> rows = new LinkedHashMap<>();
    for (String row : question.rows()) {
      rows.put(
          row,
          row.equals("unknown")
              ? new double[] {Double.NaN, Double.NaN}
              : new double[] {3, Double.NaN});
    }
    return CompletableFuture.completedFuture(new Slice(List.of("SRR1", "SRR3"), rows));
  }
}
