package refinery.main;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import refinery.configuration.ConfigurationException;

/** Finds a taken port before anything is started that would have to be stopped again. */
final class FreePorts {
  private FreePorts() {}

  /**
   * @param option that gave the address, for the message
   * @throws ConfigurationException when nothing can listen there
   */
  static void require(String option, String host, int port) {
    if (port == 0) {
      return;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(host), port), 1);
    } catch (IOException e) {
      throw new ConfigurationException(
          "%s: cannot listen at %s: %s; give another address"
              .formatted(option, new HostPort(host, port), e.getMessage()));
    }
  }
}
