package refinery.protocol.job;

/** The facts that tell which pipeline made a result. */
public final class PipelineFacts {
  public static final String VERSION = "pipeline_version";

  /** The SHA-256 of the pipeline's file. */
  public static final String FILE = "pipeline_sha256";

  private PipelineFacts() {}
}
