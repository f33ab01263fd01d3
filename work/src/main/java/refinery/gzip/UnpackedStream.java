package refinery.gzip;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.ZipException;

/**
 * Reads all members of a gzip stream (RFC 1952) unpacked, and checks CRC and length of each. Zero
 * bytes after the last member are padding, as in {@code gzip -t}; anything else there is damage.
 * For one thread.
 */
public final class UnpackedStream extends InputStream {
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int HEADER_CRC = 2;
  private static final int RESERVED = 0xe0;
  private static final byte[] NOTHING = {};

  private final InputStream in;
  private final Inflation inflation = Inflation.fastest();
  private final CRC32 crc = new CRC32();
  private final byte[] packed = new byte[1 << 16];
  private final byte[] unpacked = new byte[1 << 16];
  private int at;
  private int end;
  private byte[] ahead = NOTHING;
  private int aheadAt;
  private int given;
  private int ready;
  private long members;
  private boolean inMember;
  private boolean over;

  /** Reads {@code in}, which it closes with itself. */
  public UnpackedStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (given == ready && !more()) {
      return -1;
    }
    int count = Math.min(length, ready - given);
    System.arraycopy(unpacked, given, into, offset, count);
    given += count;
    return count;
  }

  /** Unpacks the next piece; false at the end. */
  private boolean more() throws IOException {
    given = 0;
    ready = 0;
    while (ready == 0 && !over) {
      if (!inMember) {
        beginMember();
      } else if (inflation.finished()) {
        endMember();
      } else {
        inflate();
      }
    }
    return ready > 0;
  }

  private void inflate() throws IOException {
    try {
      if (inflation.needsInput()) {
        if (!fill()) {
          throw truncated();
        }
        inflation.input(packed, at, end - at);
        at = end;
      }
      ready = inflation.inflate(unpacked);
      crc.update(unpacked, 0, ready);
    } catch (DataFormatException damaged) {
      throw new ZipException("the gzip stream is damaged: " + damaged.getMessage());
    }
  }

  private void endMember() throws IOException {
    at = end - inflation.unused();
    ahead = inflation.lookedAhead();
    aheadAt = 0;
    long stated = number();
    long length = number();
    if (stated != crc.getValue() || length != (inflation.written() & 0xffffffffL)) {
      throw new ZipException("the gzip stream is damaged: its CRC or length differs");
    }
    members++;
    inMember = false;
  }

  private void beginMember() throws IOException {
    int first = octet();
    if (members > 0) {
      if (first == 0) {
        padding();
        return;
      }
      if (first < 0) {
        over = true;
        return;
      }
    }
    if (first < 0) {
      throw truncated();
    }
    if (first != 0x1f || need() != 0x8b || need() != 8) {
      throw new ZipException(
          members == 0 ? "it is not gzip" : "something else than gzip follows member " + members);
    }
    int flags = need();
    if ((flags & RESERVED) != 0) {
      throw new ZipException("it is not gzip");
    }
    skip(6);
    if ((flags & EXTRA) != 0) {
      skip(need() | need() << 8);
    }
    skipText((flags & NAME) != 0);
    skipText((flags & COMMENT) != 0);
    skip((flags & HEADER_CRC) != 0 ? 2 : 0);
    crc.reset();
    inflation.reset();
    inflation.input(packed, at, end - at);
    at = end;
    inMember = true;
  }

  private void padding() throws IOException {
    int next = octet();
    while (next == 0) {
      next = octet();
    }
    if (next > 0) {
      throw new ZipException("something else than gzip follows member " + members);
    }
    over = true;
  }

  private void skipText(boolean there) throws IOException {
    int octet = there ? need() : 0;
    while (octet != 0) {
      octet = need();
    }
  }

  private void skip(int count) throws IOException {
    for (int index = 0; index < count; index++) {
      need();
    }
  }

  private long number() throws IOException {
    long value = 0;
    for (int index = 0; index < 4; index++) {
      value |= (long) need() << (8 * index);
    }
    return value;
  }

  private int need() throws IOException {
    int octet = octet();
    if (octet < 0) {
      throw truncated();
    }
    return octet;
  }

  private int octet() throws IOException {
    if (aheadAt < ahead.length) {
      return ahead[aheadAt++] & 0xff;
    }
    return at < end || fill() ? packed[at++] & 0xff : -1;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, in.read(packed, 0, packed.length));
    return end > 0;
  }

  private EOFException truncated() {
    return new EOFException("the gzip stream is truncated (in member " + (members + 1) + ")");
  }

  @Override
  public void close() throws IOException {
    inflation.close();
    in.close();
  }
}
