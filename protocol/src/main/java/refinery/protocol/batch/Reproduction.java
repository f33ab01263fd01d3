package refinery.protocol.batch;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.protocol.BatchId;

/**
 * A survey with this parameter makes one batch again, beside the first: it records only what the
 * parameter names, under an id of its own. Every pipeline takes it. Nothing earlier is reused for
 * such a batch, and its outputs are found by nobody who looks for inputs.
 */
public final class Reproduction {
  public static final String PARAMETER = "reproduces";

  /** A batch, and a mark that tells one reproduction of it from the next. */
  private static final Pattern VALUE =
      Pattern.compile("(batch-[a-z0-9._-]{1,100})(@[a-z0-9]{1,32})?");

  private Reproduction() {}

  /** What is wrong with the parameter, if it is given. */
  public static Optional<String> problem(Map<String, String> parameters) {
    return Optional.ofNullable(parameters.get(PARAMETER))
        .filter(value -> !VALUE.matcher(value).matches())
        .map(value -> "must be a batch's id, and behind @ a mark of letters and digits");
  }

  /** The batch that is made again; empty for all others. */
  public static Optional<BatchId> of(Map<String, String> parameters) {
    return Optional.ofNullable(parameters.get(PARAMETER))
        .map(VALUE::matcher)
        .filter(Matcher::matches)
        .map(matched -> BatchId.of(matched.group(1)));
  }
}
