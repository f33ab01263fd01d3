package refinery.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import refinery.certificates.KeyedCertificate;
import refinery.certificates.Trust;

/** A node's certificate with its key, and the authority whose certificates it trusts. */
record NodeCertificate(KeyedCertificate own, X509Certificate authority) {
  List<String> hosts() {
    return own.hosts();
  }

  /**
   * True when the certificate is valid for this host name or address. {@code *.} stands for one
   * label.
   */
  boolean isFor(String host) {
    String wanted = canonical(host);
    return hosts().stream()
        .anyMatch(
            name ->
                canonical(name).equals(wanted)
                    || (name.startsWith("*.")
                        && wanted.contains(".")
                        && wanted.substring(wanted.indexOf('.')).equals(name.substring(1))));
  }

  private static String canonical(String host) {
    try {
      return host.indexOf(':') >= 0
          ? InetAddress.getByName(host).getHostAddress()
          : host.toLowerCase(Locale.ROOT);
    } catch (UnknownHostException e) {
      return host;
    }
  }

  SSLContext context() throws GeneralSecurityException, IOException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.managers(), Trust.only(authority), null);
    return context;
  }
}
