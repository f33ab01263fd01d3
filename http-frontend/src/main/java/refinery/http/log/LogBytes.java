package refinery.http.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.OptionalLong;

/** The bytes of an attempt's log. Blocking; used by one thread at a time. */
public interface LogBytes extends Closeable {
  /** Names the log: bytes that were once read under a name never change. */
  String name();

  /** The size in bytes; empty while the log grows. */
  OptionalLong size();

  /** At most this many bytes from an offset on; none at the end of what there is. */
  byte[] read(long offset, int most) throws IOException;

  @Override
  void close() throws IOException;
}
