package refinery.api;

/** No node answers at the address, or its answer broke off. */
public final class NodeUnreachable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NodeUnreachable(String message, Throwable cause) {
    super(message, cause);
  }
}
