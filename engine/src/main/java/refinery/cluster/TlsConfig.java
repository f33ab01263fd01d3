package refinery.cluster;

import com.typesafe.config.Config;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import refinery.certificates.KeyedCertificate;
import refinery.configuration.ConfigurationException;

/**
 * {@code refinery.cluster.tls}: the PEM files with which nodes prove who they are. Either all three
 * are given, or none.
 *
 * @param certificate of this node, for the host that {@code --artery} names
 * @param key of the certificate
 * @param authority the certificate of the authority whose certificates are trusted
 */
public record TlsConfig(String certificate, String key, String authority) {
  private static final String PATH = "refinery.cluster.tls.";

  public TlsConfig {
    boolean some = !(certificate + key + authority).isEmpty();
    Map<String, String> files =
        Map.of("certificate", certificate, "key", key, "authority", authority);
    for (String name : List.of("certificate", "key", "authority")) {
      if (some && files.get(name).isBlank()) {
        throw new ConfigurationException(
            PATH + name + " is empty; give certificate, key and authority, or none of them");
      }
    }
  }

  /**
   * @param config the whole configuration
   * @throws ConfigurationException when some of the files are given and some are not
   */
  public static TlsConfig from(Config config) {
    return new TlsConfig(
        config.getString(PATH + "certificate"),
        config.getString(PATH + "key"),
        config.getString(PATH + "authority"));
  }

  public boolean isOn() {
    return !certificate.isEmpty();
  }

  /**
   * Reads the files and checks that they belong together and are valid now. Blocking.
   *
   * @throws ConfigurationException when a file cannot be read, is not valid now, does not fit the
   *     others, or when every user may read the key; the message names key and file
   */
  public NodeCertificate read(InstantSource clock) {
    KeyedCertificate own = KeyedCertificate.read(PATH, certificate, key, clock);
    X509Certificate signer = KeyedCertificate.authority(PATH, authority, clock);
    try {
      own.certificate().verify(signer.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw new ConfigurationException(
          PATH + "certificate: " + certificate + " was not signed by " + authority);
    }
    return new NodeCertificate(
        new KeyedCertificate(List.of(own.certificate(), signer), own.key()), signer);
  }
}
