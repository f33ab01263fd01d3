package refinery.transfer;

import refinery.transfer.TransferException.CorruptTransfer;

/** One way of looking at a stream of bytes. Used by one thread at a time; knows no actors. */
interface StreamCheck extends AutoCloseable {

  /** The next bytes, {@code bytes[0, length)}; the array is only lent. */
  void accept(byte[] bytes, int length) throws CorruptTransfer;

  /** The stream has ended in an orderly way. */
  void finish() throws CorruptTransfer;

  /** Whether it has seen what it wanted to see; it may be spared the rest, also the end. */
  default boolean isSatisfied() {
    return false;
  }

  /** Frees what is not memory. */
  @Override
  default void close() {}
}
