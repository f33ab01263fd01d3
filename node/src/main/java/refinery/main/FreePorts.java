package refinery.main;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.configuration.ConfigurationException;

/**
 * Finds a taken port before anything is started that would have to be stopped again. Whatever else
 * is wrong with an address is found when it is bound.
 */
final class FreePorts {
  private static final Logger LOG = LoggerFactory.getLogger(FreePorts.class);

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
    } catch (BindException e) {
      if (!String.valueOf(e.getMessage()).contains("in use")) {
        return;
      }
      throw new ConfigurationException(
          "%s: cannot listen at %s: %s; give another address"
              .formatted(option, new HostPort(host, port), e.getMessage()));
    } catch (IOException e) {
      LOG.debug("{} is not known to be free: {}", host, e.getMessage());
    }
  }
}
