package refinery.transfer;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SeekableByteChannel;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.regex.Pattern;
import refinery.protocol.batch.Location;
import refinery.storage.ObjectStore;
import refinery.storage.Sha256;
import refinery.transfer.TransferException.AbsentTransfer;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.TransientTransfer;

/** An artifact of permanent storage, {@code artifact:SHA256}; its digest is checked. */
record StoredArtifact(ObjectStore permanent, String sha256) implements WholeFile {
  private static final String ARCHIVE = "artifacts";
  private static final int BUFFER = 1 << 18;
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /** The artifact that an address names; archives cannot name any. */
  static Optional<StoredArtifact> of(ObjectStore permanent, URI url, Location location) {
    boolean named =
        location.archive().equals(ARCHIVE)
            && "artifact".equals(url.getScheme())
            && DIGEST.matcher(url.getSchemeSpecificPart()).matches();
    return named
        ? Optional.of(new StoredArtifact(permanent, url.getSchemeSpecificPart()))
        : Optional.empty();
  }

  @Override
  public void copy(PartFile part, Runnable progressed)
      throws TransferException, InterruptedException {
    MessageDigest digest = Sha256.digest();
    try {
      Optional<SeekableByteChannel> stored = permanent.open(sha256);
      if (stored.isEmpty()) {
        throw new AbsentTransfer("there is no artifact " + sha256);
      }
      copy(stored.get(), digest, part, progressed);
    } catch (ClosedByInterruptException stopped) {
      throw new InterruptedException("stopped");
    } catch (IOException unreadable) {
      throw new TransientTransfer(
          "cannot read permanent storage: " + Problems.text(unreadable), unreadable);
    }
    part.flush();
    if (!Sha256.hex(digest.digest()).equals(sha256)) {
      throw new CorruptTransfer("the stored bytes are not those of the artifact " + sha256);
    }
  }

  private static void copy(
      SeekableByteChannel stored, MessageDigest digest, PartFile part, Runnable progressed)
      throws IOException, TransferException, InterruptedException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try (stored) {
      while (stored.read(buffer) >= 0) {
        buffer.flip();
        digest.update(buffer.duplicate());
        part.append(buffer);
        buffer.clear();
        progressed.run();
      }
    }
  }
}
