package refinery.source;

import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.SourceFile;

/** A cheap estimate of a batch's size in a message and in a database row, in bytes. */
public final class BatchSize {
  private BatchSize() {}

  public static int of(BatchSpec batch) {
    int sum = 400 + batch.key().length() * 2;
    for (var entry : batch.metadata().entrySet()) {
      sum += entry.getKey().length() + entry.getValue().length() + 6;
    }
    for (SourceFile file : batch.files()) {
      sum += file.name().length() + 40;
      for (var location : file.locations()) {
        sum += location.url().length() + 160;
      }
    }
    return sum;
  }
}
