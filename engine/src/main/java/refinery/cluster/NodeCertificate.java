package refinery.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A node's certificate with its key, and the authority whose certificates it trusts. */
record NodeCertificate(X509Certificate certificate, PrivateKey key, X509Certificate authority) {
  private static final char[] IN_MEMORY = {};
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  /** The DNS names and IP addresses of the certificate, in lower case. */
  List<String> hosts() {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
              .map(name -> name.get(1).toString().toLowerCase(Locale.ROOT))
              .toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
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
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry("node", key, IN_MEMORY, new Certificate[] {certificate, authority});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, IN_MEMORY);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("authority", authority);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
