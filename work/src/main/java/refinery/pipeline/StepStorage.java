package refinery.pipeline;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import refinery.agent.Attempt;
import refinery.dataset.StoredBytes;
import refinery.storage.ObjectStore;

/** Permanent storage as a step reads it: each read restarts the stall clock and heeds a stop. */
record StepStorage(ObjectStore permanent, Attempt attempt) implements StoredBytes {
  /** Of steps that have none. */
  static final StoredBytes NONE =
      new StoredBytes() {
        @Override
        public InputStream open(String sha256) throws IOException {
          throw new NoSuchFileException(sha256);
        }

        @Override
        public void materialise(String sha256, Path target) throws IOException {
          throw new NoSuchFileException(sha256);
        }
      };

  @Override
  public InputStream open(String sha256) throws IOException {
    Streams.heed(attempt);
    return new BufferedInputStream(
        Streams.heedful(
            Channels.newInputStream(
                permanent
                    .open(sha256)
                    .orElseThrow(
                        () -> new NoSuchFileException(sha256, null, "no such object in storage"))),
            attempt));
  }

  @Override
  public void materialise(String sha256, Path target) throws IOException {
    Streams.heed(attempt);
    permanent.materialise(sha256, target);
  }
}
