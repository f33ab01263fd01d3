package refinery.batch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Claim;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Work;

/** The jobs of a batch, derived from its state: the same state always gives the same jobs. */
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
        batch.course().updatedAt());
  }

  JobSpec process(Batch batch) {
    BatchSpec spec = batch.spec();
    Work.Process work = work(batch);
    return new JobSpec(
        batch.processJob(),
        JobKind.PROCESS,
        firstSurvey(batch),
        List.of(spec.id()),
        spec.pipeline(),
        batch.priority(),
        work.inputs().stream().mapToLong(RawFile::size).sum(),
        planner.process(work),
        work,
        batch.course().updatedAt());
  }

  /** The need that is to be met next, if any. */
  Optional<Need> openNeed(Batch batch) {
    return batch.results().open(planner.needs(work(batch)));
  }

  private static Work.Process work(Batch batch) {
    return new Work.Process(
        batch.spec().pipeline(),
        batch.results().downloaded().map(JobResult.Downloaded::files).orElseGet(List::of),
        List.copyOf(batch.provided().values()),
        parameters(batch.spec()),
        said(batch),
        List.of());
  }

  /** What the survey asked for over what the source's code set. */
  private static Map<String, String> parameters(BatchSpec spec) {
    Map<String, String> merged = new TreeMap<>(spec.identity());
    merged.putAll(spec.parameters());
    return merged;
  }

  /** Download facts over metadata; plus {@code key}, {@code organism}. */
  private static Map<String, String> said(Batch batch) {
    BatchSpec spec = batch.spec();
    Map<String, String> merged = new TreeMap<>(spec.metadata());
    merged.putAll(batch.results().downloaded().map(JobResult.Downloaded::facts).orElseGet(Map::of));
    merged.put("key", spec.key());
    spec.organism().ifPresent(organism -> merged.put("organism", organism));
    return merged;
  }

  /** The first that wants it; it may be let go and retried by hand. */
  private static Optional<SurveyId> firstSurvey(Batch batch) {
    return batch.observers().values().stream()
        .map(Batch.Observer::claim)
        .filter(Claim::wanted)
        .map(Claim::survey)
        .findFirst()
        .or(() -> batch.observers().keySet().stream().findFirst());
  }
}
