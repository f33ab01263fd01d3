package refinery.survey;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import refinery.protocol.Failure;
import refinery.protocol.batch.BatchSpec;

/** An external archive or list that can be surveyed. Stateless and thread-safe. */
public interface Source {

  /** {@code ena}, {@code ensembl}, ... */
  String name();

  String description();

  /** The pipeline of its batches when a survey names none. */
  String defaultPipeline();

  /** Roles of the files that its batches can have, e.g. {@code reads_1}. */
  List<String> roles();

  /** JSON Schema (2020-12) of the parameters: closed object with defaults and descriptions. */
  JsonNode parameterSchema();

  /** Example parameters for {@code GET /sources}. */
  List<JsonNode> examples();

  /**
   * Discovers everything the parameters ask for and emits it in pieces. Blocking; runs on a virtual
   * thread.
   *
   * @throws SourceException with the class of the failure; what was emitted before stays
   */
  void discover(Discovery discovery) throws SourceException, InterruptedException;

  /** One run of a survey as its source sees it. */
  interface Discovery {
    JsonNode parameters();

    /** The pipeline that each batch shall name. */
    String pipeline();

    /** Records batches durably before it returns; any number, called any number of times. */
    void emit(List<BatchSpec> batches) throws InterruptedException;

    /** Progress for the log and the stall clock, e.g. {@code "page 3: 2,000 runs"}. */
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
