package refinery.figures;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Is asked again and again while a matrix is read; throws to end the reading. Thread-safe. */
public interface Watch {
  void heed() throws IOException;

  /** The same stream, which asks before each read. */
  default InputStream over(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        heed();
        return in.read();
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        heed();
        return in.read(into, offset, length);
      }
    };
  }
}
