package refinery.http.connections;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** Who counts as one client. */
public final class ClientKey {
  private ClientKey() {}

  /** Equal for one client. Whoever has one IPv6 address usually has the whole /64. */
  public static Object of(InetAddress address) {
    if (address instanceof Inet6Address && !address.isLoopbackAddress()) {
      return ByteBuffer.wrap(address.getAddress(), 0, 8).slice();
    }
    return address;
  }
}
