package refinery.certificates;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import refinery.files.ToolWords;

/**
 * Makes key pairs and signs their certificates with the JDK's {@code keytool}. It works in a
 * temporary directory that only this user can enter and that {@link #close} removes. Blocking.
 */
final class Keytool implements AutoCloseable {
  private static final String PASSWORD_VARIABLE = "KEYTOOL_PASSWORD";
  private static final String MADE = "made";
  private static final String SIGNER = "signer";
  private static final int SECONDS = 60;

  private final Path directory;
  private final Path store;
  private final String password = new BigInteger(160, new SecureRandom()).toString(36);

  private Keytool(Path directory) {
    this.directory = directory;
    store = directory.resolve("keys.p12");
  }

  static Keytool open() throws IOException {
    return new Keytool(Files.createTempDirectory("refinery-keys"));
  }

  /** A private key with its certificate. */
  record Pair(PrivateKey key, X509Certificate certificate) {}

  /**
   * @param signer signs the certificate; empty: it is self-signed
   * @param extensions as {@code keytool -ext} takes them
   */
  Pair make(String commonName, int days, Optional<Pair> signer, List<String> extensions)
      throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-Duser.language=en",
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass:env",
                PASSWORD_VARIABLE,
                "-alias",
                MADE,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-sigalg",
                "SHA256withECDSA",
                "-dname",
                "CN=" + commonName));
    // Valid from an hour ago, since other nodes' clocks may be behind this one.
    words.addAll(List.of("-startdate", "-1H", "-validity", Integer.toString(days)));
    extensions.forEach(extension -> words.addAll(List.of("-ext", extension)));
    try {
      if (signer.isPresent()) {
        put(signer.get());
        words.addAll(List.of("-signer", SIGNER));
      }
      run(words);
      return made();
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make a key: " + e.getMessage(), e);
    }
  }

  private void put(Pair signer) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        SIGNER, signer.key(), password.toCharArray(), new Certificate[] {signer.certificate()});
    try (OutputStream out = Files.newOutputStream(store)) {
      keys.store(out, password.toCharArray());
    }
  }

  private Pair made() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password.toCharArray());
    }
    return new Pair(
        (PrivateKey) keys.getKey(MADE, password.toCharArray()),
        (X509Certificate) keys.getCertificate(MADE));
  }

  private void run(List<String> words) throws IOException {
    Path said = directory.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(said.toFile());
    builder.environment().put(PASSWORD_VARIABLE, password);
    Process process = builder.start();
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("keytool gave no answer in " + SECONDS + " s");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while keytool ran", e);
    }
    if (process.exitValue() != 0) {
      throw new IOException("keytool failed: " + ToolWords.of(said).strip());
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(store);
    Files.deleteIfExists(directory.resolve("said"));
    Files.deleteIfExists(directory);
  }
}
