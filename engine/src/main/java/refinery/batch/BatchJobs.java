package refinery.batch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Claim;
import refinery.protocol.batch.Need;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Work;

/**
 * Makes the jobs of a batch. They depend on its state alone, so a repeated submission is the same;
 * only what was learned may have changed meanwhile, and then the job keeps what came first. Pure.
 */
final class BatchJobs {
  private final JobPlanner planner;

  BatchJobs(JobPlanner planner) {
    this.planner = planner;
  }

  JobSpec download(Batch batch) {
    BatchSpec spec = batch.spec();
    return new JobSpec(
        batch.downloadJob().orElseThrow(),
        JobKind.DOWNLOAD,
        firstSurvey(batch),
        List.of(spec.id()),
        "",
        batch.priority(),
        spec.inputBytes(),
        planner.download(spec),
        new Work.Download(spec.downloadGroup(), spec.key(), spec.files(), spec.metadata()),
        batch.course().updatedAt(),
        Optional.empty(),
        batch.description().trace());
  }

  JobSpec process(Batch batch) {
    BatchSpec spec = batch.spec();
    Work.Process work = work(batch);
    Resources declared = planner.process(work);
    Optional<Resources> learned = planner.learned(work, declared);
    return new JobSpec(
        batch.processJob(),
        JobKind.PROCESS,
        firstSurvey(batch),
        List.of(spec.id()),
        spec.pipeline(),
        batch.priority(),
        work.inputBytes(),
        learned.orElse(declared),
        work,
        batch.course().updatedAt(),
        learned.map(instead -> declared),
        batch.description().trace());
  }

  /** The next need that is not met yet; empty when the process job can be submitted. */
  Optional<Need> openNeed(Batch batch) {
    return batch.results().open(planner.needs(work(batch), batch.spec().set()));
  }

  private static Work.Process work(Batch batch) {
    return new Work.Process(
        batch.spec().pipeline(),
        batch.results().downloaded().map(JobResult.Downloaded::files).orElseGet(List::of),
        List.copyOf(batch.provided().values()),
        parameters(batch.spec()),
        said(batch),
        List.of(),
        batch.errands().process().fresh() || batch.observers().wanting().anyMatch(Claim::fresh));
  }

  /** The parameters that the source's code set, overridden by those that the survey asked for. */
  private static Map<String, String> parameters(BatchSpec spec) {
    Map<String, String> merged = new TreeMap<>(spec.identity());
    merged.putAll(spec.parameters());
    return merged;
  }

  /**
   * The source's metadata, overridden by the facts of the download, with {@code key} and {@code
   * organism}.
   */
  private static Map<String, String> said(Batch batch) {
    BatchSpec spec = batch.spec();
    Map<String, String> merged = new TreeMap<>(spec.metadata());
    merged.putAll(batch.results().downloaded().map(JobResult.Downloaded::facts).orElseGet(Map::of));
    merged.put("key", spec.key());
    spec.organism().ifPresent(organism -> merged.put("organism", organism));
    return merged;
  }

  /**
   * The first survey that wants the batch. If none does, because a person took it up, the first
   * that found it.
   */
  private static Optional<SurveyId> firstSurvey(Batch batch) {
    return batch
        .observers()
        .wanting()
        .map(Claim::survey)
        .findFirst()
        .or(() -> batch.observers().surveys().stream().findFirst());
  }
}
