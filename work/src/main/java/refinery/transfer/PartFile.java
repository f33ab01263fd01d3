package refinery.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import refinery.protocol.batch.Location.Checksum;
import refinery.storage.Digested;
import refinery.transfer.TransferException.CorruptTransfer;

/**
 * A file that is being fetched. Bytes are appended once, in order, and every check sees them as
 * they pass. Bytes written and bytes checked are always the same, so a later connection can go on
 * where an earlier one broke. Used by one thread at a time; lost in a crash.
 */
final class PartFile implements AutoCloseable {
  private final Path target;
  private final Path part;
  private final Content content;
  private final Optional<Checksum> stated;
  private final OptionalLong beginning;
  private final Executor executor;
  private Open open;

  /**
   * What the checks found in the complete file.
   *
   * @param stated the file's digest of the kind that the archive states, MD5 if it states none
   */
  record Verified(Digested content, long size, String stated, Optional<FastqCheck.Summary> fastq) {
    Path file() {
      return content.file();
    }

    String sha256() {
      return content.sha256();
    }
  }

  private static final class Open {
    private final FileChannel channel;
    private final StreamChecks streamChecks;
    private final Digests.Digest sha256;
    private final Digests.Digest checksum;
    private final FastqCheck fastq;
    private StreamChecks.Block block;
    private long written;

    Open(
        FileChannel channel,
        StreamChecks streamChecks,
        Digests.Digest sha256,
        Digests.Digest checksum,
        FastqCheck fastq) {
      this.channel = channel;
      this.streamChecks = streamChecks;
      this.sha256 = sha256;
      this.checksum = checksum;
      this.fastq = fastq;
    }
  }

  /**
   * @param beginning unpacked bytes of FASTQ that are enough to read; empty: all
   */
  PartFile(
      Path target,
      Content content,
      Optional<Checksum> stated,
      OptionalLong beginning,
      Executor executor) {
    this.target = target;
    this.beginning = beginning;
    this.part = target.resolveSibling(target.getFileName() + ".part");
    this.content = content;
    this.stated = stated;
    this.executor = executor;
  }

  /** The number of bytes that were written and checked. */
  long offset() {
    return open == null ? 0 : open.written;
  }

  /** Begins anew: the next byte is the first. */
  void reset() throws TransferException {
    close();
    FileChannel channel;
    try {
      channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.size() > 0) {
        channel.truncate(0);
      }
    } catch (IOException unwritable) {
      throw Problems.disk("for " + part.getFileName(), unwritable);
    }
    FastqCheck fastq = new FastqCheck(beginning);
    Digests.Digest sha256 = Digests.of("sha-256");
    Digests.Digest checksum =
        stated.filter(one -> one.algorithm().equals("bsd-sum")).isPresent()
            ? Digests.bsd()
            : Digests.of("md5");
    StreamChecks streamChecks =
        new StreamChecks(List.of(content.check(fastq), checksum, sha256), executor);
    open = new Open(channel, streamChecks, sha256, checksum, fastq);
  }

  void append(ByteBuffer bytes) throws TransferException, InterruptedException {
    while (bytes.hasRemaining()) {
      if (open.block == null) {
        open.block = open.streamChecks.take();
      }
      StreamChecks.Block block = open.block;
      int count = Math.min(block.room(), bytes.remaining());
      bytes.get(block.bytes, block.length, count);
      block.length += count;
      if (block.room() == 0) {
        flush();
      }
    }
  }

  /** Writes what is buffered; throws if a check has failed by now. */
  void flush() throws TransferException {
    StreamChecks.Block block = open.block;
    if (block == null) {
      return;
    }
    open.block = null;
    try {
      ByteBuffer bytes = ByteBuffer.wrap(block.bytes, 0, block.length);
      while (bytes.hasRemaining()) {
        open.channel.write(bytes);
      }
    } catch (IOException unwritable) {
      throw Problems.disk("for " + part.getFileName(), unwritable);
    }
    open.written += block.length;
    open.streamChecks.dispatch(block);
  }

  /** Waits for the checks to end, compares the stated checksum, and gives the file its name. */
  Verified finish() throws TransferException, InterruptedException {
    flush();
    long size = open.written;
    if (size == 0) {
      throw new CorruptTransfer("the server sent 0 bytes");
    }
    open.streamChecks.finish();
    String sha256 = open.sha256.value();
    String checksum = open.checksum.value();
    Optional<FastqCheck.Summary> fastq =
        content == Content.FASTQ_GZ ? Optional.of(open.fastq.summary()) : Optional.empty();
    compare(checksum);
    close();
    try {
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      return new Verified(Digested.of(target, sha256), size, checksum, fastq);
    } catch (IOException unwritable) {
      throw Problems.disk("for " + target.getFileName(), unwritable);
    }
  }

  private void compare(String found) throws CorruptTransfer {
    if (stated.isEmpty()) {
      return;
    }
    Checksum wanted = stated.get();
    boolean same =
        switch (wanted.algorithm()) {
          case "md5" -> wanted.value().strip().equalsIgnoreCase(found);
          case "bsd-sum" -> normalised(wanted.value()).equals(normalised(found));
          default ->
              throw new CorruptTransfer(
                  "the archive states a checksum of an unknown kind: " + wanted.algorithm());
        };
    if (!same) {
      throw new CorruptTransfer(
          wanted.algorithm() + " is " + found + ", the archive states " + wanted.value());
    }
  }

  /** Removes the zeros and blanks with which {@code sum} pads its numbers. */
  private static String normalised(String sum) {
    return sum.strip().replaceFirst("^0+(?=\\d)", "").replaceFirst("\\s+0*(?=\\d)", " ");
  }

  /** Removes the file, complete or not. */
  void discard() throws TransferException {
    close();
    try {
      Files.deleteIfExists(part);
      Files.deleteIfExists(target);
    } catch (IOException undeletable) {
      throw Problems.disk("for removing " + target.getFileName(), undeletable);
    }
  }

  /**
   * Ends the checks and closes the file; what was written stays on disk but cannot be continued.
   */
  @Override
  public void close() {
    if (open != null) {
      open.streamChecks.close();
      try {
        open.channel.close();
      } catch (IOException unclosable) {
        org.slf4j.LoggerFactory.getLogger(PartFile.class)
            .warn("cannot close {}: {}", part, unclosable.getMessage());
      }
      open = null;
    }
  }
}
