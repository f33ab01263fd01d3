package refinery.curation;

/**
 * What was found of a run. Numbers are NaN where there are none.
 *
 * @param within its correlation with the mean of the others of its group
 * @param elsewhere the greatest with the mean of another group
 * @param margin {@code within - elsewhere}
 * @param robustZ how far the margin is from the median of its group's, in standard deviations by
 *     their median deviation
 * @param smallGroup true if its group is too small for that, so that the margin alone decides
 * @param round in which it was flagged, from 0; else the last one
 */
public record Judgement(
    CuratedRun run,
    Exclusion exclusion,
    double within,
    double elsewhere,
    double margin,
    double robustZ,
    boolean smallGroup,
    int round) {
  /** Why a run should be left out; the words are amalgkit's. */
  public enum Exclusion {
    NO("no"),
    LOW_MAPPING_RATE("low_mapping_rate"),
    OUTLIER("low_within_sample_group_correlation");

    private final String word;

    Exclusion(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  static Judgement none(CuratedRun run, Exclusion exclusion) {
    double no = Double.NaN;
    return new Judgement(run, exclusion, no, no, no, no, false, 0);
  }

  public boolean isFlagged() {
    return exclusion != Exclusion.NO;
  }
}
