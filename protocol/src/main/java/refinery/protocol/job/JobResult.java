package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.RawFile;

/** What a job delivered. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = JobResult.Surveyed.class, name = "surveyed"),
  @JsonSubTypes.Type(value = JobResult.Downloaded.class, name = "downloaded"),
  @JsonSubTypes.Type(value = JobResult.Processed.class, name = "processed")
})
public sealed interface JobResult {

  /** The survey has recorded all batches that were found; this many. */
  record Surveyed(int batches) implements JobResult {}

  /**
   * @param facts what the download found out: {@code layout}, {@code mean_read_length}, {@code
   *     reads}, and notes such as {@code fallback_reason}
   */
  record Downloaded(List<RawFile> files, Map<String, String> facts) implements JobResult {
    public Downloaded {
      files = List.copyOf(files);
      facts = Map.copyOf(facts);
    }
  }

  /**
   * @param artifacts outputs and step logs
   * @param facts e.g. {@code mapping_rate}, {@code reads}, {@code index_sha256}
   * @param fingerprint SHA-256 over pipeline version, tool versions, parameters and input digests;
   *     empty for commands without declared inputs, which are never reused
   * @param reusedFrom the earlier job that made these artifacts; empty when this job ran its
   *     pipeline
   * @param savedCpuSeconds that the earlier job took, when its artifacts were reused
   */
  record Processed(
      List<Artifact> artifacts,
      Map<String, String> facts,
      String fingerprint,
      Optional<JobId> reusedFrom,
      double savedCpuSeconds)
      implements JobResult {
    public Processed {
      artifacts = List.copyOf(artifacts);
      facts = Map.copyOf(facts);
    }

    /** A result that was made by running the pipeline, or whose cost is not known. */
    public Processed(
        List<Artifact> artifacts,
        Map<String, String> facts,
        String fingerprint,
        Optional<JobId> reusedFrom) {
      this(artifacts, facts, fingerprint, reusedFrom, 0);
    }
  }
}
