package refinery.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import refinery.protocol.FailureClass;
import refinery.transfer.TransferException.BrokenTransfer;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.StoppedTransfer;

/**
 * Splits FASTQ in which the two mates of each spot follow each other. Every byte goes into one of
 * two packed files, which are checked and counted as they are written. Used by one thread.
 */
final class Deinterleaving implements StreamCheck {
  private static final int BUFFER = 1 << 17;
  private static final int LINES = 4;

  private final FastqCheck whole =
      new FastqCheck(OptionalLong.empty(), new MateNames(Long.MAX_VALUE));
  private final Mate first;
  private final Mate second;

  /** The line of the spot, 0 to 7. */
  private int line;

  private Deinterleaving(Mate first, Mate second) {
    this.first = first;
    this.second = second;
  }

  /** The part of one mate that is not written yet. */
  private static final class Mate {
    private final ReadPacking.Packed packed;
    private final byte[] buffer = new byte[BUFFER];
    private int length;

    Mate(ReadPacking.Packed packed) {
      this.packed = packed;
    }

    void take(byte[] bytes, int from, int to) throws CorruptTransfer {
      for (int at = from; at < to; ) {
        int count = Math.min(BUFFER - length, to - at);
        System.arraycopy(bytes, at, buffer, length, count);
        length += count;
        at += count;
        if (length == BUFFER) {
          flush();
        }
      }
    }

    void flush() throws CorruptTransfer {
      try {
        packed.write(buffer, length);
        length = 0;
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }

  /**
   * Splits a gzip file. Blocking.
   *
   * @param targets of the first and the second mates
   * @param progressed called after each piece
   * @param isStopped asked before each piece
   */
  static List<PartFile.Verified> split(
      Path interleaved, List<Path> targets, Runnable progressed, BooleanSupplier isStopped)
      throws TransferException {
    try (ReadPacking.Packed one = ReadPacking.Packed.open(targets.getFirst());
        ReadPacking.Packed two = ReadPacking.Packed.open(targets.getLast());
        Deinterleaving halves = new Deinterleaving(new Mate(one), new Mate(two));
        StreamCheck check = new GzipCheck(halves);
        InputStream input = Files.newInputStream(interleaved)) {
      byte[] buffer = new byte[BUFFER];
      int count = input.read(buffer);
      while (count >= 0) {
        if (isStopped.getAsBoolean()) {
          throw new StoppedTransfer();
        }
        check.accept(buffer, count);
        progressed.run();
        count = input.read(buffer);
      }
      check.finish();
      return mates(
          interleaved.getFileName().toString(), halves.whole.summary(), one.finish(), two.finish());
    } catch (UncheckedIOException broken) {
      throw Problems.disk("for splitting " + interleaved.getFileName(), broken.getCause());
    } catch (IOException broken) {
      throw Problems.disk("for splitting " + interleaved.getFileName(), broken);
    }
  }

  /** Refuses a file of which some spots have one read, or more than two. */
  private static List<PartFile.Verified> mates(
      String name, FastqCheck.Summary whole, PartFile.Verified one, PartFile.Verified two)
      throws BrokenTransfer {
    FastqCheck.Summary first = one.fastq().orElseThrow();
    FastqCheck.Summary second = two.fastq().orElseThrow();
    boolean named = whole.numberedMates() || first.names() == second.names();
    if (first.reads() != second.reads() || !named || first.twins() > 0) {
      throw new BrokenTransfer(
          FailureClass.PERMANENT,
          "%s holds both mates of spots one after the other, but not of every spot exactly two (%d reads)"
              .formatted(name, whole.reads()));
    }
    return List.of(
        one,
        new PartFile.Verified(
            two.content(), two.size(), two.stated(), Optional.of(second.namedAs(first))));
  }

  @Override
  public void accept(byte[] bytes, int length) throws CorruptTransfer {
    whole.accept(bytes, length);
    int from = 0;
    while (from < length) {
      int end = from;
      while (end < length && bytes[end] != '\n') {
        end++;
      }
      boolean ended = end < length;
      end += ended ? 1 : 0;
      (line < LINES ? first : second).take(bytes, from, end);
      line = (line + (ended ? 1 : 0)) % (2 * LINES);
      from = end;
    }
  }

  @Override
  public void finish() throws CorruptTransfer {
    whole.finish();
    first.flush();
    second.flush();
  }
}
