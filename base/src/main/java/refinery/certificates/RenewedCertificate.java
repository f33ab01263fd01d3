package refinery.certificates;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.configuration.ConfigurationException;

/**
 * The certificate of a server, which is read again when its files have changed. Connections that
 * are open keep the one that they began with. Files that do not fit are reported once, and the
 * certificate that was read before stays in use. Thread-safe.
 */
public final class RenewedCertificate {
  private static final Logger LOG = LoggerFactory.getLogger(RenewedCertificate.class);
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final String path;
  private final String certificate;
  private final String key;
  private final InstantSource clock;
  private volatile SSLContext context;
  private List<String> version;

  /**
   * Reads the files. Blocking.
   *
   * @param path of the configuration, in which the files are {@code certificate} and {@code key}
   * @throws ConfigurationException as {@link KeyedCertificate#read}
   */
  public RenewedCertificate(String path, String certificate, String key, InstantSource clock) {
    this.path = path;
    this.certificate = certificate;
    this.key = key;
    this.clock = clock;
    version = version();
    context = read();
  }

  private SSLContext read() {
    KeyedCertificate read = KeyedCertificate.read(path, certificate, key, clock);
    try {
      SSLContext made = SSLContext.getInstance("TLS");
      made.init(read.managers(), null, null);
      LOG.info(
          "{} is for {} until {}",
          certificate,
          String.join(", ", read.hosts()),
          read.certificate().getNotAfter().toInstant());
      return made;
    } catch (GeneralSecurityException | IOException e) {
      throw new ConfigurationException(path + "certificate: " + e.getMessage());
    }
  }

  /** Reads the files again if they have changed. Blocking; to be called now and then. */
  public synchronized void renew() {
    List<String> now = version();
    if (now.equals(version)) {
      return;
    }
    version = now;
    try {
      context = read();
    } catch (ConfigurationException e) {
      LOG.warn("{}; the certificate that was read before stays in use", e.getMessage());
    }
  }

  private List<String> version() {
    List<String> seen = new ArrayList<>();
    for (String file : List.of(certificate, key)) {
      try {
        Path real = Path.of(file).toRealPath();
        seen.add(real + " " + Files.size(real) + " " + Files.getLastModifiedTime(real).toMillis());
      } catch (IOException e) {
        seen.add("unreadable");
      }
    }
    return seen;
  }

  /** The server's side of a new connection: TLS 1.2 or 1.3. */
  public SSLEngine engine() {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setUseCipherSuitesOrder(true);
    engine.setSSLParameters(parameters);
    return engine;
  }
}
