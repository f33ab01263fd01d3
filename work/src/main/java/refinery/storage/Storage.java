package refinery.storage;

/**
 * The two object stores of a node.
 *
 * @param temporary raw data until it is processed
 * @param permanent artifacts
 * @param closing closes what the stores hold open
 */
public record Storage(ObjectStore temporary, ObjectStore permanent, Runnable closing)
    implements AutoCloseable {

  @Override
  public void close() {
    closing.run();
  }
}
