package refinery.source;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.SequenceWriter;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchSpec;

/**
 * Batches on disk, compressed, in the order in which they came. First all are added, then they are
 * read once. Used by one thread.
 */
final class HeldRuns implements AutoCloseable {
  private final Path file;
  private final SequenceWriter writer;

  /** Takes each batch that is read. */
  @FunctionalInterface
  interface Taker {
    void take(BatchSpec batch) throws InterruptedException;
  }

  HeldRuns(Path directory) throws IOException {
    file = Files.createTempFile(directory, "held-", ".json.gz");
    writer =
        Json.MAPPER
            .writerFor(BatchSpec.class)
            .writeValues(new GZIPOutputStream(Files.newOutputStream(file), 64 * 1024));
  }

  void add(BatchSpec batch) throws IOException {
    writer.write(batch);
  }

  /** Nothing can be added afterwards. */
  void read(Taker taker) throws IOException, InterruptedException {
    writer.close();
    try (InputStream in =
            new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file)), 64 * 1024);
        MappingIterator<BatchSpec> batches =
            Json.MAPPER.readerFor(BatchSpec.class).readValues(in)) {
      while (batches.hasNextValue()) {
        taker.take(batches.nextValue());
      }
    }
  }

  @Override
  public void close() throws IOException {
    writer.close();
    Files.deleteIfExists(file);
  }
}
