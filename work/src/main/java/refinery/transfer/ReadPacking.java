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

/** Packs FASTQ with gzip and checks it on the way. The same reads give the same bytes. Blocking. */
final class ReadPacking {
  private static final int BUFFER = 1 << 17;

  private ReadPacking() {}

  /**
   * Packs {@code fastq} into {@code target}, and then removes {@code fastq}.
   *
   * @param progressed called after each piece
   * @param isStopped asked before each piece
   */
  static PartFile.Verified pack(
      Path fastq, Path target, Runnable progressed, BooleanSupplier isStopped)
      throws TransferException {
    try (InputStream input = Files.newInputStream(fastq);
        Packed packed = Packed.open(target)) {
      byte[] buffer = new byte[BUFFER];
      int count = input.read(buffer);
      while (count >= 0) {
        if (isStopped.getAsBoolean()) {
          throw new StoppedTransfer();
        }
        packed.write(buffer, count);
        progressed.run();
        count = input.read(buffer);
      }
      PartFile.Verified verified = packed.finish();
      Files.delete(fastq);
      return verified;
    } catch (IOException broken) {
      throw Problems.disk("for packing " + target.getFileName(), broken);
    }
  }

  /** A packed file that is written; all that is written is checked, counted and hashed. */
  static final class Packed implements AutoCloseable {
    private final Path target;
    private final FastqCheck check = new FastqCheck();
    private final Digests.Digest sha256 = Digests.of("sha-256");
    private final OutputStream output;

    private Packed(Path target) throws IOException {
      this.target = target;
      output = new Fast(new Tee(Files.newOutputStream(target), sha256));
    }

    static Packed open(Path target) throws IOException {
      return new Packed(target);
    }

    void write(byte[] bytes, int length) throws CorruptTransfer, IOException {
      check.accept(bytes, length);
      output.write(bytes, 0, length);
    }

    PartFile.Verified finish() throws CorruptTransfer, IOException {
      output.close();
      check.finish();
      sha256.finish();
      return new PartFile.Verified(
          Digested.of(target, sha256.value()),
          Files.size(target),
          "",
          Optional.of(check.summary()));
    }

    @Override
    public void close() throws IOException {
      output.close();
    }
  }

  /** Compresses at level 1, since the files live only until they are processed. */
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
