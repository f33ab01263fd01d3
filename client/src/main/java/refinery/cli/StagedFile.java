package refinery.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import refinery.client.CommandFailure;

/** Writes a file under a staging name and renames it when it is whole. */
final class StagedFile {
  private StagedFile() {}

  /**
   * @throws IOException if the source breaks off; then there is no file
   */
  static void save(InputStream in, Path target) throws IOException {
    Path staging = staging(target);
    try {
      Files.copy(in, staging, StandardCopyOption.REPLACE_EXISTING);
      Files.move(staging, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(staging);
    }
  }

  private static Path staging(Path target) {
    if (Files.isDirectory(target)) {
      throw CommandFailure.usage("-o " + target + " is a directory");
    }
    try {
      Path folder = target.toAbsolutePath().getParent();
      return Files.createTempFile(Files.createDirectories(folder), ".saving-", "");
    } catch (IOException e) {
      throw CommandFailure.failed("cannot write " + target + ": " + e.getMessage());
    }
  }
}
