package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import refinery.agent.Attempt;

/** Counts the records of a FASTQ file whose every record is well formed. */
final class FastqCount {
  private FastqCount() {}

  static long count(Path file, Attempt attempt) throws IOException, StepFailure {
    long records = 0;
    try (Lines lines = new Lines(Streams.open(file, attempt))) {
      for (String header = lines.next(); header != null; header = lines.next()) {
        String bases = lines.next();
        String plus = lines.next();
        String qualities = lines.next();
        records++;
        boolean good =
            header.startsWith("@")
                && plus != null
                && plus.startsWith("+")
                && qualities != null
                && bases.length() == qualities.length();
        if (!good) {
          throw StepFailure.corrupt(
              "%s is not FASTQ: record %d is malformed".formatted(file.getFileName(), records));
        }
      }
    } catch (IOException e) {
      if (Streams.isDamage(e)) {
        throw StepFailure.corrupt(
            "%s is a damaged gzip file after record %d: %s"
                .formatted(file.getFileName(), records, e.getMessage()));
      }
      throw e;
    }
    if (records == 0) {
      throw StepFailure.corrupt(file.getFileName() + " holds no reads");
    }
    return records;
  }
}
