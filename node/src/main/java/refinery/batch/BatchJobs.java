package refinery.batch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Claim;
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
        batch.updatedAt());
  }

  JobSpec process(Batch batch) {
    BatchSpec spec = batch.spec();
    List<RawFile> inputs = batch.downloaded().map(JobResult.Downloaded::files).orElseGet(List::of);
    Work.Process work = new Work.Process(spec.pipeline(), inputs, parameters(batch), List.of());
    return new JobSpec(
        batch.processJob(),
        JobKind.PROCESS,
        firstSurvey(batch),
        List.of(spec.id()),
        spec.pipeline(),
        batch.priority(),
        inputs.stream().mapToLong(RawFile::size).sum(),
        planner.process(work),
        work,
        batch.updatedAt());
  }

  /** Identity over download facts over metadata; plus {@code key}, {@code organism}. */
  private static Map<String, String> parameters(Batch batch) {
    BatchSpec spec = batch.spec();
    Map<String, String> merged = new TreeMap<>(spec.metadata());
    merged.putAll(batch.downloaded().map(JobResult.Downloaded::facts).orElseGet(Map::of));
    merged.putAll(spec.identity());
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
