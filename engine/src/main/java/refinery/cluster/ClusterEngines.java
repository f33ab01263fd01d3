package refinery.cluster;

import akka.actor.ActorSystem;
import akka.remote.artery.tcp.SSLEngineProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.configuration.ConfigurationException;
import scala.Option;

/**
 * TLS between nodes. Both sides must show a certificate of the cluster's authority, and the side
 * that connects checks that the certificate is for the host it asked for. The files are read again
 * when a connection is made more than {@link #FRESH} after the last reading, so certificates can be
 * renewed without a restart. Thread-safe. Akka makes it by its class name.
 */
public final class ClusterEngines implements SSLEngineProvider {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterEngines.class);
  private static final Duration FRESH = Duration.ofMinutes(5);
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  private final TlsConfig config;
  private final InstantSource clock = InstantSource.system();
  private SSLContext context;
  private long readAt;

  public ClusterEngines(ActorSystem system) throws GeneralSecurityException, IOException {
    config = TlsConfig.from(system.settings().config());
    context = config.read(clock).context();
    readAt = System.nanoTime();
  }

  private synchronized SSLContext context() {
    long now = System.nanoTime();
    if (now - readAt > FRESH.toNanos()) {
      readAt = now;
      try {
        context = config.read(clock).context();
      } catch (ConfigurationException | GeneralSecurityException | IOException e) {
        LOG.warn("{}; the certificates that were read before stay in use", e.getMessage());
      }
    }
    return context;
  }

  @Override
  public SSLEngine createServerSSLEngine(String hostname, int port) {
    SSLEngine engine = context().createSSLEngine(hostname, port);
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setNeedClientAuth(true);
    engine.setSSLParameters(parameters);
    return engine;
  }

  @Override
  public SSLEngine createClientSSLEngine(String hostname, int port) {
    SSLEngine engine = context().createSSLEngine(hostname, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    return engine;
  }

  @Override
  public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
    return Option.empty();
  }

  @Override
  public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
    return Option.empty();
  }
}
