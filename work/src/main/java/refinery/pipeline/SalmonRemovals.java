package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.agent.Attempt;

/**
 * What {@code salmon index} left out, by its own log in the index. Sequences equal to another are
 * listed apart and count with that other. Transcripts that are only a poly-A tail are removed.
 * Transcripts not longer than k stay in the tables, but no read can map to them.
 *
 * @param names the first few of those that were removed
 */
record SalmonRemovals(long duplicates, long removed, List<String> names, long shorterThanK) {
  private static final int MOST_NAMES = 20;
  private static final Pattern REMOVED =
      Pattern.compile(".*Discarding entry with header \\[(.{1,4000}?)], since it had length 0.*");
  private static final String SHORT = "had length less than equal to the k-mer length";

  static SalmonRemovals of(Path index, Attempt attempt) throws IOException, StepFailure {
    long removed = 0;
    long shorter = 0;
    List<String> names = new ArrayList<>();
    Path log = index.resolve("ref_indexing.log");
    if (Files.isRegularFile(log)) {
      try (Lines lines = new Lines(Streams.open(log, attempt))) {
        for (String line = lines.next(); line != null; line = lines.next()) {
          Matcher matcher = REMOVED.matcher(line);
          if (matcher.matches()) {
            removed++;
            if (names.size() < MOST_NAMES) {
              names.add(LastWords.clean(matcher.group(1)));
            }
          } else if (line.contains(SHORT)) {
            shorter++;
          }
        }
      }
    }
    return new SalmonRemovals(duplicates(index, attempt), removed, names, shorter);
  }

  /** The rows of {@code duplicate_clusters.tsv} below its header. */
  static long duplicates(Path index, Attempt attempt) throws IOException, StepFailure {
    Path file = index.resolve("duplicate_clusters.tsv");
    long rows = -1;
    if (Files.isRegularFile(file)) {
      try (Lines lines = new Lines(Streams.open(file, attempt))) {
        for (String line = lines.next(); line != null; line = lines.next()) {
          rows++;
        }
      }
    }
    return Math.max(0, rows);
  }
}
