package refinery.transfer;

/** A file within reach, which is copied from its first byte at every try. */
interface WholeFile {
  /**
   * Copies the whole file.
   *
   * @param part must be empty
   * @param progressed called after each piece
   */
  void copy(PartFile part, Runnable progressed) throws TransferException, InterruptedException;
}
