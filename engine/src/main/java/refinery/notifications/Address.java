package refinery.notifications;

import java.net.URI;

/**
 * The URL to which messages are posted. Path and query may be a secret, so its text shows only host
 * and port.
 */
record Address(URI uri) {
  @Override
  public String toString() {
    return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
  }
}
