package refinery.protocol.job;

/** The facts that tell which pipeline made a result, and how good it is. */
public final class PipelineFacts {
  public static final String VERSION = "pipeline_version";

  /** The SHA-256 of the pipeline's file. */
  public static final String FILE = "pipeline_sha256";

  /** The verdict on a run's quality: pass, warn or fail. */
  public static final String QUALITY = "quality_verdict";

  /** Why, as a JSON array; see {@link refinery.protocol.query.QualityView}. */
  public static final String QUALITY_REASONS = "quality_reasons";

  private PipelineFacts() {}

  /** The version of a tool that a step has run, as {@code salmon_version}. */
  public static String versionOf(String tool) {
    return tool + "_version";
  }
}
