package refinery.certificates;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import refinery.configuration.ConfigurationException;

/**
 * A certificate and its key.
 *
 * @param chain the certificate, then those that signed it, as far as they are known; not empty
 */
public record KeyedCertificate(List<X509Certificate> chain, PrivateKey key) {
  private static final char[] IN_MEMORY = {};
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;
  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA");

  public KeyedCertificate {
    chain = List.copyOf(chain);
  }

  /**
   * Reads PEM files, and checks that they belong together and are valid now. Blocking.
   *
   * @param path of the configuration, in which the files are {@code certificate} and {@code key}
   * @throws ConfigurationException when a file cannot be read, is not valid now, does not fit the
   *     other, or when every user may read the key; the message names key and file
   */
  public static KeyedCertificate read(
      String path, String certificate, String key, InstantSource clock) {
    requireKeptSecret(path, key);
    List<X509Certificate> chain = read(path, "certificate", certificate, Pem::certificates);
    PrivateKey secret = read(path, "key", key, Pem::privateKey);
    requireValid(path, "certificate", chain.getFirst(), clock);
    if (!belongs(secret, chain.getFirst().getPublicKey())) {
      throw wrong(path, "key", key + " is not the key of " + certificate);
    }
    return new KeyedCertificate(chain, secret);
  }

  /**
   * Reads the certificate of an authority, which must be valid now. Blocking.
   *
   * @param path of the configuration, in which the file is {@code authority}
   * @throws ConfigurationException as {@link #read}
   */
  public static X509Certificate authority(String path, String file, InstantSource clock) {
    X509Certificate authority = read(path, "authority", file, Pem::certificate);
    requireValid(path, "authority", authority, clock);
    return authority;
  }

  private interface Reader<T> {
    T read(Path file) throws IOException;
  }

  private static <T> T read(String path, String name, String file, Reader<T> reader) {
    try {
      return reader.read(Path.of(file));
    } catch (IOException e) {
      throw wrong(path, name, e.getMessage());
    }
  }

  private static void requireKeptSecret(String path, String key) {
    try {
      if (Files.getPosixFilePermissions(Path.of(key)).contains(PosixFilePermission.OTHERS_READ)) {
        throw wrong(path, "key", key + " may be read by every user of this machine; chmod 600 it");
      }
    } catch (IOException e) {
      throw wrong(path, "key", "cannot read " + key);
    }
  }

  private static void requireValid(
      String path, String name, X509Certificate certificate, InstantSource clock) {
    try {
      certificate.checkValidity(Date.from(clock.instant()));
    } catch (CertificateExpiredException e) {
      throw wrong(path, name, "has expired at " + certificate.getNotAfter().toInstant());
    } catch (CertificateNotYetValidException e) {
      throw wrong(path, name, "is valid only from " + certificate.getNotBefore().toInstant());
    }
  }

  private static boolean belongs(PrivateKey secret, PublicKey known) {
    byte[] text = {1, 2, 3};
    try {
      Signature signature = Signature.getInstance(SIGNATURES.get(secret.getAlgorithm()));
      signature.initSign(secret);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(known);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static ConfigurationException wrong(String path, String name, String message) {
    return new ConfigurationException(path + name + ": " + message);
  }

  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /** The DNS names and IP addresses of the certificate, in lower case. */
  public List<String> hosts() {
    try {
      Collection<List<?>> names = certificate().getSubjectAlternativeNames();
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

  /** Shows this certificate to the other side of a connection. */
  public KeyManager[] managers() throws GeneralSecurityException, IOException {
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry("node", key, IN_MEMORY, chain.toArray(Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, IN_MEMORY);
    return keys.getKeyManagers();
  }
}
