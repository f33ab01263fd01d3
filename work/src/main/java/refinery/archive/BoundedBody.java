package refinery.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that fails to be read once it has more bytes than the limit allows. */
final class BoundedBody extends FilterInputStream {
  private final Bound most;
  private long seen;

  BoundedBody(InputStream body, Bound most) {
    super(body);
    this.most = most;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = super.read(buffer, offset, length);
    seen += Math.max(0, count);
    most.check("the answer", seen);
    return count;
  }
}
