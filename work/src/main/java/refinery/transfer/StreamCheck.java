package refinery.transfer;

import refinery.transfer.TransferException.CorruptTransfer;

/** Checks a stream of bytes. Used by one thread at a time. */
interface StreamCheck extends AutoCloseable {

  /** Takes the next bytes, {@code bytes[0, length)}; the array must not be kept. */
  void accept(byte[] bytes, int length) throws CorruptTransfer;

  /** Called at the regular end of the stream. */
  void finish() throws CorruptTransfer;

  /** True if it needs no more bytes; then the rest, and the end, may be withheld. */
  default boolean isSatisfied() {
    return false;
  }

  /** Frees what the garbage collector does not. */
  @Override
  default void close() {}
}
