package refinery.transfer;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import refinery.transfer.TransferException.CorruptTransfer;

/**
 * Unpacks gzip (RFC 1952) as it arrives, every member of it to the very end with CRC and length,
 * and hands the content on. Zero bytes after the last member are padding, as for {@code gzip -t};
 * anything else is corrupt. Nothing is unpacked any more once the content wants no more of it.
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
  private final Inflater inflater = new Inflater(true);
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
    this.content = content;
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
    inflater.end();
    content.close();
  }

  /** One byte of what is not compressed data. */
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
    inflater.setInput(bytes, from, length - from);
    try {
      while (!inflater.finished() && !inflater.needsInput() && !content.isSatisfied()) {
        int count = inflater.inflate(unpacked);
        if (count > 0) {
          crc.update(unpacked, 0, count);
          content.accept(unpacked, count);
        } else if (inflater.needsDictionary()) {
          throw new CorruptTransfer("the gzip stream asks for a dictionary");
        }
      }
    } catch (DataFormatException damaged) {
      throw new CorruptTransfer("the gzip stream is damaged: " + damaged.getMessage());
    }
    int next = length - inflater.getRemaining();
    if (inflater.finished()) {
      state = State.TRAILER;
      fieldLength = 0;
    }
    return next;
  }

  private void trailer(int octet) throws CorruptTransfer {
    field[fieldLength++] = (byte) octet;
    if (fieldLength == 8) {
      if (number(0) != crc.getValue() || number(4) != (inflater.getBytesWritten() & 0xffffffffL)) {
        throw new CorruptTransfer("the gzip stream is damaged: its CRC or length differs");
      }
      members++;
      crc.reset();
      inflater.reset();
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
