package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
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

  /** Discover batches at a source; {@code pipeline} is what each batch shall go through. */
  record Survey(String source, JsonNode parameters, String pipeline) implements Work {}

  /**
   * Fetch and verify files into temporary storage.
   *
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
   * Run a pipeline over raw files.
   *
   * @param parameters of the pipeline; the batch's identity and metadata merged by the sender
   */
  record Process(
      String pipeline, List<RawFile> inputs, Map<String, String> parameters, List<String> command)
      implements Work {
    public Process {
      inputs = List.copyOf(inputs);
      parameters = Map.copyOf(parameters);
      command = List.copyOf(command);
    }
  }
}
