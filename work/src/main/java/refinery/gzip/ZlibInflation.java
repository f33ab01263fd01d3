package refinery.gzip;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Unpacks with the JDK's zlib. */
final class ZlibInflation implements Inflation {
  private static final byte[] NOTHING = {};

  private final Inflater inflater = new Inflater(true);

  @Override
  public void input(byte[] bytes, int from, int length) {
    inflater.setInput(bytes, from, length);
  }

  @Override
  public int inflate(byte[] out) throws DataFormatException {
    int count = inflater.inflate(out);
    if (count == 0 && inflater.needsDictionary()) {
      throw new DataFormatException("it asks for a dictionary");
    }
    return count;
  }

  @Override
  public boolean needsInput() {
    return inflater.needsInput();
  }

  @Override
  public boolean finished() {
    return inflater.finished();
  }

  @Override
  public int unused() {
    return inflater.getRemaining();
  }

  @Override
  public byte[] lookedAhead() {
    return NOTHING;
  }

  @Override
  public long written() {
    return inflater.getBytesWritten();
  }

  @Override
  public void reset() {
    inflater.reset();
  }

  @Override
  public void close() {
    inflater.end();
  }
}
