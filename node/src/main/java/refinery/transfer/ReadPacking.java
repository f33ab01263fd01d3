package refinery.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import refinery.storage.Digested;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.StoppedTransfer;

/**
 * Packs extracted FASTQ as the archives' own files are packed, and verifies it on the way. The same
 * reads give the same bytes. Blocking.
 */
final class ReadPacking {
  private static final int BUFFER = 1 << 17;

  private ReadPacking() {}

  /** Removes {@code fastq} when {@code target} is complete. */
  static PartFile.Verified pack(
      Path fastq, Path target, Runnable progressed, BooleanSupplier isStopped)
      throws TransferException {
    FastqCheck check = new FastqCheck();
    Digests.Digest sha256 = Digests.of("sha-256");
    try (InputStream input = Files.newInputStream(fastq);
        OutputStream output = new Fast(new Tee(Files.newOutputStream(target), sha256))) {
      byte[] buffer = new byte[BUFFER];
      int count = input.read(buffer);
      while (count >= 0) {
        if (isStopped.getAsBoolean()) {
          throw new StoppedTransfer();
        }
        check.accept(buffer, count);
        output.write(buffer, 0, count);
        progressed.run();
        count = input.read(buffer);
      }
    } catch (IOException broken) {
      throw Problems.disk("for packing " + target.getFileName(), broken);
    }
    check.finish();
    sha256.finish();
    try {
      Files.delete(fastq);
      return new PartFile.Verified(
          Digested.of(target, sha256.value()),
          Files.size(target),
          "",
          Optional.of(check.summary()));
    } catch (IOException broken) {
      throw Problems.disk("for packing " + target.getFileName(), broken);
    }
  }

  /** Level 1: the files live only until they are processed. */
  private static final class Fast extends GZIPOutputStream {
    Fast(OutputStream output) throws IOException {
      super(output, BUFFER);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  private static final class Tee extends OutputStream {
    private final OutputStream output;
    private final StreamCheck streamCheck;

    Tee(OutputStream output, StreamCheck streamCheck) {
      this.output = output;
      this.streamCheck = streamCheck;
    }

    @Override
    public void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      output.write(bytes, from, length);
      byte[] exact = from == 0 ? bytes : java.util.Arrays.copyOfRange(bytes, from, from + length);
      try {
        streamCheck.accept(exact, length);
      } catch (CorruptTransfer impossible) {
        throw new IOException(impossible);
      }
    }

    @Override
    public void flush() throws IOException {
      output.flush();
    }

    @Override
    public void close() throws IOException {
      output.close();
    }
  }
}
