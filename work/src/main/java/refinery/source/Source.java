package refinery.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import refinery.protocol.Failure;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.catalog.Catalog.Problem;

/** A place where batches can be found, such as an archive or a table. Stateless and thread-safe. */
public interface Source {

  /** A unique name, such as {@code ena}. */
  String name();

  /** What it offers, for people. */
  String description();

  /** The pipeline of its batches if the survey names none. */
  String defaultPipeline();

  /** The roles that files of its batches can have, such as {@code reads_1}. */
  List<String> roles();

  /** True if its batches are made of outputs of other batches instead of files. */
  default boolean yieldsSets() {
    return false;
  }

  /**
   * True if it lists runs of an archive under names that stay, so that a run which a later search
   * does not find any more was withdrawn.
   */
  default boolean listsRuns() {
    return false;
  }

  /**
   * Faults of parameters that have passed the schema and have their defaults. Pointers are relative
   * to the parameters.
   */
  default List<Problem> problems(JsonNode parameters) {
    return List.of();
  }

  /** JSON Schema (2020-12) of the parameters: closed object with defaults and descriptions. */
  JsonNode parameterSchema();

  /** Example parameters for {@code GET /sources}. */
  List<JsonNode> examples();

  /**
   * Finds everything that the parameters ask for and emits it in pieces. Blocking; runs on a
   * virtual thread.
   *
   * @throws SourceException if it cannot go on; batches that were emitted before stay
   */
  void discover(Discovery discovery) throws SourceException, InterruptedException;

  /** One run of a survey as its source sees it. */
  interface Discovery {
    JsonNode parameters();

    /** The pipeline that every batch must name. */
    String pipeline();

    /**
     * Records any number of batches, and returns when they are durable. May be called any number of
     * times.
     */
    void emit(List<BatchSpec> batches) throws InterruptedException;

    /** False if what is emitted is recorded only when the search has ended. */
    default boolean recordsAtOnce() {
      return true;
    }

    /** Writes a line to the log and restarts the stall clock, e.g. {@code "page 3: 2,000 runs"}. */
    void progress(String message);

    boolean isStopped();
  }

  /** A survey that cannot go on. */
  final class SourceException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Failure failure;

    public SourceException(Failure failure) {
      super(failure.message());
      this.failure = failure;
    }

    public Failure failure() {
      return failure;
    }
  }
}
