package refinery.notifications;

import java.net.URI;

/** Where messages are posted. Its path and query may be a secret: only the host is ever shown. */
record Address(URI uri) {
  @Override
  public String toString() {
    return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
  }
}
