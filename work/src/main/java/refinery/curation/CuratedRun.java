package refinery.curation;

import java.util.OptionalDouble;

/**
 * A run that is to be curated.
 *
 * @param group what it is a sample of, as its tissue; blank is not known, and not judged
 * @param project its study
 * @param mappedPercent of its reads, 0 to 100; a run without it is not judged by it
 */
public record CuratedRun(String run, String group, String project, OptionalDouble mappedPercent) {
  public CuratedRun {
    group = group.strip();
  }

  boolean isGrouped() {
    return !group.isEmpty();
  }
}
