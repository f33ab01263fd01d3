package refinery.datasets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import refinery.manifests.Manifests;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.dataset.DatasetChoice;
import refinery.protocol.dataset.DatasetId;
import refinery.protocol.dataset.DatasetPlan;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.Datasets;
import refinery.protocol.dataset.PlanLine;
import refinery.protocol.query.ReadModel;

/**
 * Plans datasets on threads of its own; when {@value #WAITING} requests wait, further ones fail at
 * once. Thread-safe.
 */
public final class DatasetPlanner implements Datasets, AutoCloseable {
  private static final int THREADS = 2;
  private static final int WAITING = 50;

  private final SampleQueries queries;
  private final ReadModel model;
  private final PlanStore plans;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          30,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          Thread.ofPlatform().name("datasets-", 0).daemon().factory());

  public DatasetPlanner(SampleQueries queries, ReadModel model, Manifests manifests) {
    this.queries = queries;
    this.model = model;
    this.plans = new PlanStore(manifests);
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public CompletionStage<Planned> plan(DatasetRequest request) {
    return run(
        () -> {
          try {
            return planned(request);
          } catch (CandidateSearch.Unusable e) {
            return refused("/" + request.selection().field(), e.getMessage());
          } catch (BaseDataset.Unusable e) {
            return refused("/base", e.getMessage());
          }
        });
  }

  @Override
  public CompletionStage<Planned> rendering(DatasetId dataset, List<String> formats) {
    return run(
        () -> {
          try {
            BaseDataset base = BaseDataset.find(dataset, model, plans);
            DatasetPlan plan = base.rendering(formats);
            return new Planned.Plan(plan, plans.put(plan, base.samples(), List.of()));
          } catch (BaseDataset.Unusable e) {
            return refused("/base", e.getMessage());
          }
        });
  }

  @Override
  public CompletionStage<Lines> samples(String plan, long from, int limit) {
    return run(() -> plans.lines(plan, from, limit));
  }

  @Override
  public CompletionStage<Planned.Plan> read(String plan) {
    return run(() -> plans.read(plan));
  }

  private <T> CompletionStage<T> run(Callable<T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      threads.execute(
          () -> {
            try {
              answer.complete(work.call());
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              answer.completeExceptionally(e);
            } catch (ExecutionException e) {
              answer.completeExceptionally(e.getCause());
            } catch (Exception e) {
              answer.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(e);
    }
    return answer;
  }

  private static Planned refused(String pointer, String message) {
    return new Planned.Refused(List.of(new Problem(pointer, message)));
  }

  private Planned planned(DatasetRequest request)
      throws CandidateSearch.Unusable,
          BaseDataset.Unusable,
          InterruptedException,
          ExecutionException,
          TimeoutException,
          IOException {
    Optional<BaseDataset> base = Optional.empty();
    if (request.base().isPresent()) {
      base = Optional.of(BaseDataset.find(request, model, plans));
    }
    SampleChoice choice =
        SampleChoice.of(request, new CandidateSearch(queries, model).of(request.selection()));
    if (!choice.problems().isEmpty()) {
      return new Planned.Refused(choice.problems());
    }
    int asked = choice.taken().size() + choice.dropped().size();
    if (base.isPresent()) {
      choice = base.get().without(choice);
      if (choice.taken().isEmpty()) {
        return refused(
            "/" + request.selection().field(),
            "all %d samples that can be taken are in %s already"
                .formatted(asked, request.base().get()));
      }
    }
    Grouping grouping = grouped(request, choice);
    if (grouping.problems().isEmpty() && base.isPresent()) {
      grouping = base.get().joined(grouping);
    }
    return grouping.problems().isEmpty()
        ? stored(request, base, choice, grouping, asked)
        : new Planned.Refused(grouping.problems());
  }

  private Grouping grouped(DatasetRequest request, SampleChoice choice)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<String, Optional<String>> genes = new HashMap<>();
    for (PlanLine.Taken sample : choice.taken()) {
      String index = sample.columns().getOrDefault(Candidate.INDEX, "");
      if (!genes.containsKey(index)) {
        String batch = sample.columns().getOrDefault(Candidate.INDEX_BATCH, "");
        genes.put(index, CandidateSearch.answer(queries.genesOf(batch, index)));
      }
    }
    return Grouping.of(
        request.choice(DatasetChoice.AGGREGATE),
        choice.taken(),
        (batch, index) -> genes.getOrDefault(index, Optional.empty()));
  }

  private Planned stored(
      DatasetRequest request,
      Optional<BaseDataset> base,
      SampleChoice choice,
      Grouping grouping,
      int asked)
      throws IOException {
    List<String> inputs = new ArrayList<>();
    int ofBase = 0;
    Set<String> genes = new HashSet<>();
    grouping.matrices().forEach(matrix -> genes.add(matrix.genes()));
    for (PlanLine.Taken sample : grouping.samples()) {
      inputs.add(String.join(" ", sample.sample(), sample.matrix(), sample.sha256()));
      ofBase += sample.kept() ? 1 : 0;
    }
    inputs.addAll(genes);
    List<PlanLine.Dropped> dropped = choice.dropped();
    DatasetPlan plan =
        new DatasetPlan(
            DatasetId.of(request.normal(), inputs),
            base.map(each -> each.version() + 1).orElse(1),
            request.base(),
            request.json(DatasetPlan.NAMED),
            choice.pipeline(),
            choice.artifact(),
            new DatasetPlan.Samples(asked, grouping.samples().size(), dropped.size(), ofBase),
            grouping.matrices(),
            dropped.stream().limit(DatasetPlan.NAMED).toList());
    Manifest stored = plans.put(plan, grouping.samples(), dropped);
    return new Planned.Plan(plan, stored);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
