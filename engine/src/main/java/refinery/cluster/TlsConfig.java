package refinery.cluster;

import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import refinery.certificates.Pem;
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
  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA");

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
    requireKeptSecret();
    X509Certificate own = read("certificate", certificate, Pem::certificate);
    X509Certificate signer = read("authority", authority, Pem::certificate);
    PrivateKey secret = read("key", key, Pem::privateKey);
    requireValid("certificate", own, clock);
    requireValid("authority", signer, clock);
    try {
      own.verify(signer.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw wrong("certificate", certificate + " was not signed by " + authority);
    }
    if (!belongs(secret, own.getPublicKey())) {
      throw wrong("key", key + " is not the key of " + certificate);
    }
    return new NodeCertificate(own, secret, signer);
  }

  private interface Reader<T> {
    T read(Path file) throws IOException;
  }

  private static <T> T read(String name, String file, Reader<T> reader) {
    try {
      return reader.read(Path.of(file));
    } catch (IOException e) {
      throw wrong(name, e.getMessage());
    }
  }

  private void requireKeptSecret() {
    try {
      if (Files.getPosixFilePermissions(Path.of(key)).contains(PosixFilePermission.OTHERS_READ)) {
        throw wrong("key", key + " may be read by every user of this machine; chmod 600 it");
      }
    } catch (IOException e) {
      throw wrong("key", "cannot read " + key);
    }
  }

  private static void requireValid(String name, X509Certificate certificate, InstantSource clock) {
    try {
      certificate.checkValidity(Date.from(clock.instant()));
    } catch (CertificateExpiredException e) {
      throw wrong(name, "has expired at " + certificate.getNotAfter().toInstant());
    } catch (CertificateNotYetValidException e) {
      throw wrong(name, "is valid only from " + certificate.getNotBefore().toInstant());
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

  private static ConfigurationException wrong(String name, String message) {
    return new ConfigurationException(PATH + name + ": " + message);
  }
}
