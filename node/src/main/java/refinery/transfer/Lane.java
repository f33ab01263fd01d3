package refinery.transfer;

import refinery.transfer.TransferException.CorruptTransfer;

/** One way of looking at a stream of bytes. Used by one thread at a time; knows no actors. */
interface Lane extends AutoCloseable {

  /** The next bytes, {@code bytes[0, length)}; the array is only lent. */
  void accept(byte[] bytes, int length) throws CorruptTransfer;

  /** The stream has ended in an orderly way. */
  void finish() throws CorruptTransfer;

  /** Frees what is not memory. */
  @Override
  default void close() {}
}
