package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import refinery.protocol.batch.Provision;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;

/** What an attempt at a job has to do. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Work.Survey.class, name = "survey"),
  @JsonSubTypes.Type(value = Work.Download.class, name = "download"),
  @JsonSubTypes.Type(value = Work.Process.class, name = "process")
})
public sealed interface Work {

  /**
   * Discover batches at a source.
   *
   * @param pipeline the pipeline of every batch that is found, to be run with {@code
   *     pipelineParameters}
   */
  record Survey(
      String source, JsonNode parameters, String pipeline, Map<String, String> pipelineParameters)
      implements Work {
    public Survey {
      pipelineParameters = Map.copyOf(pipelineParameters);
    }
  }

  /**
   * Fetch files into temporary storage and verify them.
   *
   * @param group batches of one group share one download
   * @param key the natural key (run accession), for messages and file names
   * @param metadata of the batch: {@code library_layout}, {@code read_count}, ...
   */
  record Download(String group, String key, List<SourceFile> files, Map<String, String> metadata)
      implements Work {
    public Download {
      files = List.copyOf(files);
      metadata = Map.copyOf(metadata);
    }
  }

  /**
   * Run a pipeline over raw files and outputs of other batches.
   *
   * @param provided what meets the needs of the pipeline: for each need one artifact, or a list of
   *     many
   * @param parameters of the pipeline; set by people or by the source's own code, never by archives
   * @param said everything that archives say of the batch, and its key; untrusted text
   * @param fresh true: an equal earlier result is not reused
   */
  record Process(
      String pipeline,
      List<RawFile> inputs,
      List<Provision> provided,
      Map<String, String> parameters,
      Map<String, String> said,
      List<String> command,
      boolean fresh)
      implements Work {
    /** Why a command is refused, in the words that every node and interface uses. */
    public static final String COMMANDS_OFF =
        "this node runs no commands of callers; refinery.commands.enabled = true turns it on";

    public Process {
      inputs = List.copyOf(inputs);
      provided = List.copyOf(provided);
      parameters = Map.copyOf(parameters);
      said = Map.copyOf(said);
      command = List.copyOf(command);
    }

    /** Work that may be saved by an equal earlier result. */
    public Process(
        String pipeline,
        List<RawFile> inputs,
        List<Provision> provided,
        Map<String, String> parameters,
        Map<String, String> said,
        List<String> command) {
      this(pipeline, inputs, provided, parameters, said, command, false);
    }

    /**
     * Bytes of raw files and of listed outputs. A single artifact does not count: its node unpacks
     * it once for all jobs.
     */
    public long inputBytes() {
      return inputs.stream().mapToLong(RawFile::size).sum()
          + provided.stream().mapToLong(Process::listed).sum();
    }

    private static long listed(Provision provision) {
      return switch (provision) {
        case Provision.One one -> 0;
        case Provision.All all -> all.bytes();
      };
    }
  }
}
