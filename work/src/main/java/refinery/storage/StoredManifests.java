package refinery.storage;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import refinery.manifests.Manifests;

/** Keeps manifests (lists of batches) as objects of permanent storage. Thread-safe. */
public final class StoredManifests implements Manifests {
  private final ObjectStore permanent;
  private final Path drafts;

  /**
   * @param drafts directory of this node for lists that are being written; emptied here
   */
  public StoredManifests(ObjectStore permanent, Path drafts) throws IOException {
    this.permanent = permanent;
    this.drafts = Files.createDirectories(drafts);
    try (var left = Files.newDirectoryStream(drafts)) {
      for (Path draft : left) {
        Files.delete(draft);
      }
    }
  }

  @Override
  public SeekableByteChannel open(String sha256) throws IOException {
    return permanent
        .open(sha256)
        .orElseThrow(() -> new NoSuchFileException(sha256, null, "no such list in storage"));
  }

  @Override
  public Path draft() throws IOException {
    return Files.createTempFile(drafts, "list-", ".txt");
  }

  @Override
  public String put(Path draft) throws IOException {
    return permanent.put("", draft, true).sha256();
  }
}
