package refinery.protocol.dataset;

import java.util.Locale;
import java.util.Set;

/** Names of columns that tell of a dataset's sample. */
public final class SampleColumn {
  /** Before the name of a harmonised field, as in {@code harmonised_tissue}. */
  public static final String HARMONISED = "harmonised_";

  /** Behind the column of a harmonised number whose unit is known. */
  public static final String UNIT = "_unit";

  /** The source of the sample's batch. */
  public static final String SOURCE = "source";

  /** Where the first of its files was. */
  public static final String LOCATION = "source_url";

  /** What tables of samples have of their own. */
  private static final Set<String> TAKEN =
      Set.of(
          SOURCE,
          LOCATION,
          "sample",
          "batch",
          "matrix",
          "quant_sha256",
          "size_factor",
          "organism",
          "index_digest",
          "tool",
          "tool_version",
          "annotation");

  private static final String OTHER = "attribute_";

  private SampleColumn() {}

  /** The column of what an archive calls so; never one that tables have of their own. */
  public static String ofOther(String key) {
    String plain = key.toLowerCase(Locale.ROOT);
    return TAKEN.contains(plain) || plain.startsWith(HARMONISED) || plain.startsWith("refinebio_")
        ? OTHER + key
        : key;
  }
}
