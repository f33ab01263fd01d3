package refinery.transfer;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import refinery.gzip.Inflation;
import refinery.transfer.TransferException.CorruptTransfer;

/**
 * Unpacks gzip (RFC 1952) as it arrives, checks CRC and length of every member, and hands the
 * content on. Zero bytes after the last member are allowed as padding, as in {@code gzip -t};
 * anything else there is corrupt. Stops unpacking once the check of the content is satisfied.
 */
final class GzipCheck implements StreamCheck {
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int HEADER_CRC = 2;
  private static final int RESERVED = 0xe0;

  private enum State {
    HEADER,
    EXTRA_LENGTH,
    EXTRA,
    NAME,
    COMMENT,
    HEADER_CRC,
    BODY,
    TRAILER,
    BETWEEN
  }

  private final StreamCheck content;
  private final Inflation inflation;
  private final CRC32 crc = new CRC32();
  private final byte[] unpacked = new byte[1 << 16];
  private final byte[] field = new byte[10];
  private State state = State.HEADER;
  private int fieldLength;
  private int flags;
  private int skip;
  private boolean padding;
  private long members;

  GzipCheck(StreamCheck content) {
    this(content, Inflation.fastest());
  }

  GzipCheck(StreamCheck content, Inflation inflation) {
    this.content = content;
    this.inflation = inflation;
  }

  @Override
  public void accept(byte[] bytes, int length) throws CorruptTransfer {
    int at = 0;
    while (at < length && !content.isSatisfied()) {
      at = state == State.BODY ? body(bytes, at, length) : frame(bytes, at);
    }
  }

  @Override
  public void finish() throws CorruptTransfer {
    if (state != State.BETWEEN && !content.isSatisfied()) {
      throw new CorruptTransfer("the gzip stream is truncated (in member " + (members + 1) + ")");
    }
    content.finish();
  }

  @Override
  public void close() {
    inflation.close();
    content.close();
  }

  /** Takes one byte outside the compressed data. */
  private int frame(byte[] bytes, int at) throws CorruptTransfer {
    int octet = bytes[at] & 0xff;
    switch (state) {
      case HEADER -> header(octet);
      case EXTRA_LENGTH -> {
        skip |= octet << (8 * fieldLength++);
        if (fieldLength == 2) {
          state = skip == 0 ? afterExtra() : State.EXTRA;
        }
      }
      case EXTRA -> {
        if (--skip == 0) {
          state = afterExtra();
        }
      }
      case NAME -> state = octet == 0 ? afterName() : State.NAME;
      case COMMENT -> state = octet == 0 ? afterComment() : State.COMMENT;
      case HEADER_CRC -> state = ++skip == 2 ? State.BODY : State.HEADER_CRC;
      case TRAILER -> trailer(octet);
      case BETWEEN -> between(octet);
      case BODY -> throw new IllegalStateException("not a frame");
    }
    return at + 1;
  }

  private void header(int octet) throws CorruptTransfer {
    field[fieldLength++] = (byte) octet;
    boolean wrong =
        switch (fieldLength) {
          case 1 -> octet != 0x1f;
          case 2 -> octet != 0x8b;
          case 3 -> octet != 8;
          case 4 -> (octet & RESERVED) != 0;
          default -> false;
        };
    if (wrong) {
      throw new CorruptTransfer(
          members == 0
              ? "it is not gzip"
              : "there is something else than gzip after member " + members);
    }
    if (fieldLength == field.length) {
      flags = field[3];
      fieldLength = 0;
      skip = 0;
      state = (flags & EXTRA) != 0 ? State.EXTRA_LENGTH : afterExtra();
    }
  }

  private State afterExtra() {
    return (flags & NAME) != 0 ? State.NAME : afterName();
  }

  private State afterName() {
    return (flags & COMMENT) != 0 ? State.COMMENT : afterComment();
  }

  private State afterComment() {
    skip = 0;
    fieldLength = 0;
    return (flags & HEADER_CRC) != 0 ? State.HEADER_CRC : State.BODY;
  }

  private int body(byte[] bytes, int from, int length) throws CorruptTransfer {
    inflation.input(bytes, from, length - from);
    try {
      while (!inflation.finished() && !inflation.needsInput() && !content.isSatisfied()) {
        int count = inflation.inflate(unpacked);
        if (count > 0) {
          crc.update(unpacked, 0, count);
          content.accept(unpacked, count);
        }
      }
    } catch (DataFormatException damaged) {
      throw new CorruptTransfer("the gzip stream is damaged: " + damaged.getMessage());
    }
    int next = length - inflation.unused();
    if (inflation.finished()) {
      state = State.TRAILER;
      fieldLength = 0;
      for (byte ahead : inflation.lookedAhead()) {
        trailer(ahead & 0xff);
      }
    }
    return next;
  }

  private void trailer(int octet) throws CorruptTransfer {
    field[fieldLength++] = (byte) octet;
    if (fieldLength == 8) {
      if (number(0) != crc.getValue() || number(4) != (inflation.written() & 0xffffffffL)) {
        throw new CorruptTransfer("the gzip stream is damaged: its CRC or length differs");
      }
      members++;
      crc.reset();
      inflation.reset();
      fieldLength = 0;
      state = State.BETWEEN;
    }
  }

  private void between(int octet) throws CorruptTransfer {
    if (octet == 0) {
      padding = true;
    } else if (padding) {
      throw new CorruptTransfer("there is something else than gzip after member " + members);
    } else {
      state = State.HEADER;
      header(octet);
    }
  }

  private long number(int at) {
    long value = 0;
    for (int index = 3; index >= 0; index--) {
      value = (value << 8) | (field[at + index] & 0xff);
    }
    return value;
  }
}
