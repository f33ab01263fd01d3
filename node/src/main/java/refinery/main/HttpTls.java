package refinery.main;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.Http;
import akka.http.javadsl.HttpsConnectionContext;
import com.typesafe.config.Config;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import refinery.certificates.KeyedCertificate;
import refinery.certificates.RenewedCertificate;
import refinery.certificates.Trust;
import refinery.configuration.ConfigurationException;

/**
 * {@code refinery.http.tls}: the PEM files of the certificate that the API and the management
 * endpoint show. All empty: plain HTTP.
 *
 * @param authority whose certificates this node believes when it asks the management endpoints of
 *     others; empty: the authorities of the JDK
 */
record HttpTls(String certificate, String key, String authority) {
  private static final String PATH = "refinery.http.tls.";
  private static final Duration LOOK = Duration.ofSeconds(2);

  HttpTls {
    Map<String, String> files = Map.of("certificate", certificate, "key", key);
    boolean some = !(certificate + key + authority).isEmpty();
    for (Map.Entry<String, String> file : files.entrySet()) {
      if (some && file.getValue().isBlank()) {
        throw new ConfigurationException(
            PATH + file.getKey() + " is empty; give certificate and key, or neither");
      }
    }
  }

  static HttpTls from(Config config) {
    return new HttpTls(
        config.getString(PATH + "certificate"),
        config.getString(PATH + "key"),
        config.getString(PATH + "authority"));
  }

  boolean isOn() {
    return !certificate.isEmpty();
  }

  /**
   * Reads the files, and again whenever they have changed, until {@code opened} is closed.
   *
   * @return empty: plain HTTP
   * @throws ConfigurationException when a file cannot be used; the message names its key
   */
  Optional<HttpsConnectionContext> open(ActorSystem<?> system, Opened opened) {
    if (!isOn()) {
      return Optional.empty();
    }
    RenewedCertificate shown =
        new RenewedCertificate(PATH, certificate, key, InstantSource.system());
    ScheduledExecutorService looking =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("certificates-", 0).factory());
    opened.add(looking::shutdownNow);
    looking.scheduleWithFixedDelay(
        shown::renew, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    if (!authority.isEmpty()) {
      believeTheAuthority(system);
    }
    return Optional.of(ConnectionContext.httpsServer(shown::engine));
  }

  /**
   * Akka's client asks only other nodes, at addresses of discovery, which certificates do not name.
   * So any certificate of the authority is believed, whatever host it is for.
   */
  private void believeTheAuthority(ActorSystem<?> system) {
    X509Certificate trusted = KeyedCertificate.authority(PATH, authority, InstantSource.system());
    SSLContext context;
    try {
      context = SSLContext.getInstance("TLS");
      context.init(null, Trust.only(trusted), null);
    } catch (GeneralSecurityException | IOException e) {
      throw new ConfigurationException(PATH + "authority: " + e.getMessage());
    }
    Http.get(system)
        .setDefaultClientHttpsContext(
            ConnectionContext.httpsClient(
                (host, port) -> {
                  SSLEngine engine = context.createSSLEngine(host, port);
                  engine.setUseClientMode(true);
                  return engine;
                }));
  }
}
