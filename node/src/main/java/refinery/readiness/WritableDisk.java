package refinery.readiness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Whether bytes can be written below a node's directory and reach its disk. The file stays, so that
 * a crash leaves no more than one. Blocking.
 */
public final class WritableDisk implements Callable<Optional<String>> {
  /** Written again at each look. */
  public static final String FILE = "writable";

  private static final int BYTES = 4096;

  private final Path directory;
  private final long leastFree;

  /**
   * @param leastFree bytes; with less the disk counts as full
   */
  public WritableDisk(Path directory, long leastFree) {
    this.directory = directory;
    this.leastFree = leastFree;
  }

  @Override
  public Optional<String> call() {
    try (FileChannel file =
        FileChannel.open(
            directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(BYTES);
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(false);
      long free = Files.getFileStore(directory).getUsableSpace();
      return free >= leastFree
          ? Optional.empty()
          : Optional.of(
              "the disk of "
                  + directory
                  + " is full: "
                  + free
                  + " bytes are free of the "
                  + leastFree
                  + " that refinery.readiness.least-free wants");
    } catch (IOException e) {
      return Optional.of("the disk of " + directory + " cannot be written: " + reason(e));
    }
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.NoSuchFileException
        ? "the directory is gone"
        : e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
