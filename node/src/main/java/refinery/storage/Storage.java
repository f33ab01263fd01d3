package refinery.storage;

/**
 * The two places of a node, and what they hold open.
 *
 * @param temporary raw data until it is processed
 * @param permanent artifacts
 */
public record Storage(ObjectStore temporary, ObjectStore permanent, Runnable closing)
    implements AutoCloseable {

  @Override
  public void close() {
    closing.run();
  }
}
