package refinery.transfer;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.archive.files.AllowedDirectories;
import refinery.transfer.TransferException.AbsentTransfer;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.RefusedTransfer;
import refinery.transfer.TransferException.TransientTransfer;

/**
 * A file on this machine or in a shared directory. It is read from its first byte at every try, and
 * the configuration is asked again whether it may be read.
 *
 * @param size in bytes when it was surveyed
 */
record LocalFile(AllowedDirectories directories, URI url, OptionalLong size) implements WholeFile {
  private static final int BUFFER = 1 << 18;

  @Override
  public void copy(PartFile part, Runnable progressed)
      throws TransferException, InterruptedException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try (SeekableByteChannel file = directories.open(real())) {
      while (file.read(buffer) >= 0) {
        part.append(buffer.flip());
        buffer.clear();
        progressed.run();
      }
    } catch (ClosedByInterruptException stopped) {
      throw new InterruptedException("stopped");
    } catch (IOException unreadable) {
      throw problem(unreadable);
    }
    part.flush();
    if (size.isPresent() && size.getAsLong() != part.offset()) {
      throw new CorruptTransfer(
          "the file has %d bytes, and had %d when it was surveyed"
              .formatted(part.offset(), size.getAsLong()));
    }
  }

  private Path real() throws IOException {
    return directories.file(Path.of(url).toString());
  }

  private TransferException problem(IOException unreadable) {
    return switch (unreadable) {
      case NoSuchFileException absent ->
          new AbsentTransfer("this node has no file " + url.getPath());
      case AccessDeniedException denied ->
          new RefusedTransfer(
              url.getPath()
                  + " "
                  + Optional.ofNullable(denied.getReason()).orElse("may not be read"));
      default -> new TransientTransfer("cannot read: " + Problems.text(unreadable), unreadable);
    };
  }
}
