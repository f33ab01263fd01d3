package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import refinery.client.CommandFailure;
import refinery.protocol.Json;

/** The zip of a crate; or none, which has no files. */
final class SavedCrate implements AutoCloseable {
  static final SavedCrate NONE = new SavedCrate(Optional.empty());
  private static final String METADATA = "ro-crate-metadata.json";
  private static final long LARGEST_METADATA = 64L << 20;

  private final Optional<ZipFile> zip;

  private SavedCrate(Optional<ZipFile> zip) {
    this.zip = zip;
  }

  static SavedCrate open(String file) {
    try {
      return new SavedCrate(Optional.of(new ZipFile(Path.of(file).toFile())));
    } catch (IOException | InvalidPathException e) {
      throw CommandFailure.usage(
          "'" + file + "' is neither a batch's id nor a crate's zip: " + e.getMessage());
    }
  }

  JsonNode metadata() {
    byte[] bytes =
        bytes(METADATA, LARGEST_METADATA)
            .orElseThrow(() -> CommandFailure.usage("the zip has no " + METADATA));
    try {
      return Json.MAPPER.readTree(bytes);
    } catch (IOException e) {
      throw CommandFailure.usage(METADATA + " of the zip is no JSON");
    }
  }

  /** A file of the crate, unless it is larger than that, or not there. */
  Optional<byte[]> bytes(String path, long most) {
    ZipEntry entry = zip.map(there -> there.getEntry(path)).orElse(null);
    if (entry == null) {
      return Optional.empty();
    }
    try (InputStream in = zip.orElseThrow().getInputStream(entry)) {
      byte[] bytes = in.readNBytes((int) most + 1);
      return bytes.length > most ? Optional.empty() : Optional.of(bytes);
    } catch (IOException e) {
      throw CommandFailure.failed("cannot read " + path + " of the zip: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    try {
      if (zip.isPresent()) {
        zip.get().close();
      }
    } catch (IOException e) {
      throw CommandFailure.failed("cannot close the zip: " + e.getMessage());
    }
  }
}
