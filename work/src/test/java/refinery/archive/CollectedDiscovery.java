package refinery.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchSpec;
import refinery.source.Source;

/** Keeps what a source emits. */
public final class CollectedDiscovery implements Source.Discovery {
  private final JsonNode parameters;
  private final String pipeline;
  private final List<BatchSpec> batches = new ArrayList<>();
  private final List<String> log = new ArrayList<>();

  public CollectedDiscovery(String parameters, String pipeline) {
    try {
      this.parameters = Json.MAPPER.readTree(parameters.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
    this.pipeline = pipeline;
  }

  public List<BatchSpec> batches() {
    return batches;
  }

  public List<String> log() {
    return log;
  }

  @Override
  public JsonNode parameters() {
    return parameters;
  }

  @Override
  public String pipeline() {
    return pipeline;
  }

  @Override
  public void emit(List<BatchSpec> found) {
    batches.addAll(found);
  }

  @Override
  public void progress(String message) {
    log.add(message);
  }

  @Override
  public boolean isStopped() {
    return false;
  }
}
