package refinery.main;

/** A host and a port, {@code 127.0.0.1:8080}; port 0 asks the system for a free one. */
public record HostPort(String host, int port) {

  /**
   * @throws IllegalArgumentException with a message for a person
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String bare = bracketed ? host.substring(1, host.length() - 1) : host;
    if (bare.isEmpty() || (bare.indexOf(':') >= 0 && !bracketed)) {
      throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("'" + text + "': the port must be 0 to 65535");
      }
      return new HostPort(bare, port);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not HOST:PORT", e);
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
