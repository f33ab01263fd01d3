package refinery.gzip;

import java.util.zip.DataFormatException;

/**
 * Unpacks streams of raw deflate (RFC 1951), one after the other, as their bytes arrive. For one
 * thread at a time; holds memory outside the heap until it is closed.
 */
public sealed interface Inflation extends AutoCloseable permits ZlibInflation, IsalInflation {

  /** The fastest implementation that works on this machine. */
  static Inflation fastest() {
    return IsalLibrary.loaded().<Inflation>map(IsalInflation::new).orElseGet(ZlibInflation::new);
  }

  /**
   * Gives the next bytes of the stream. All bytes given before must be used up, and these must not
   * change until they are.
   */
  void input(byte[] bytes, int from, int length);

  /**
   * Unpacks into {@code out}.
   *
   * @return number of bytes; 0 when it needs more input or the stream has ended
   * @throws DataFormatException if the input is not a deflate stream
   */
  int inflate(byte[] out) throws DataFormatException;

  /** True when all input was used up and the stream has not ended. */
  boolean needsInput();

  boolean finished();

  /** How many bytes at the end of the last input were not read. */
  int unused();

  /**
   * After the stream's end: the bytes behind it that were read already and do not count as unused;
   * at most eight.
   */
  byte[] lookedAhead();

  /** Bytes that this stream was unpacked to so far. */
  long written();

  /** Begins the next stream; call it when one has finished. */
  void reset();

  @Override
  void close();
}
