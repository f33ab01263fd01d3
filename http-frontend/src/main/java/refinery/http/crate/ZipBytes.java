package refinery.http.crate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.LocalDateTime;
import java.util.Iterator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A zip that is made while it is read: a member is opened when its turn has come, and no more of it
 * than a piece is in memory. The same members give the same bytes. Blocking; for one thread.
 */
public final class ZipBytes extends InputStream {
  private static final int PIECE = 64 * 1024;

  /** The earliest day that every zone can write. */
  private static final LocalDateTime ALWAYS = LocalDateTime.of(1980, 2, 1, 0, 0);

  /** Opens a member's bytes. */
  @FunctionalInterface
  public interface Opening {
    InputStream open() throws IOException;
  }

  /**
   * @param size bytes that it must have; a member that has others breaks the zip off
   */
  public record Member(String path, long size, Opening opening) {}

  private final Iterator<Member> members;
  private final ByteArrayOutputStream made = new ByteArrayOutputStream();
  private final ZipOutputStream zip = new ZipOutputStream(made);
  private final byte[] piece = new byte[PIECE];
  private byte[] ready = new byte[0];
  private int taken;
  private InputStream open;
  private Member member;
  private long copied;
  private boolean finished;

  public ZipBytes(List<Member> members) {
    this.members = List.copyOf(members).iterator();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    while (taken == ready.length) {
      if (finished) {
        return -1;
      }
      advance();
      ready = made.toByteArray();
      made.reset();
      taken = 0;
    }
    int count = Math.min(length, ready.length - taken);
    System.arraycopy(ready, taken, target, offset, count);
    taken += count;
    return count;
  }

  private void advance() throws IOException {
    if (open != null) {
      copy(zip);
    } else if (members.hasNext()) {
      member = members.next();
      ZipEntry entry = new ZipEntry(member.path());
      entry.setTimeLocal(ALWAYS);
      zip.putNextEntry(entry);
      open = member.opening().open();
      copied = 0;
    } else {
      zip.close();
      finished = true;
    }
  }

  private void copy(OutputStream out) throws IOException {
    int count = open.read(piece);
    if (count > 0) {
      out.write(piece, 0, count);
      copied += count;
      return;
    }
    open.close();
    open = null;
    if (copied != member.size()) {
      throw new IOException(
          "%s has %d bytes, not %d".formatted(member.path(), copied, member.size()));
    }
    zip.closeEntry();
  }

  @Override
  public void close() throws IOException {
    if (open != null) {
      open.close();
    }
  }
}
