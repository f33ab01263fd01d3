package refinery.cluster;

import akka.actor.ActorSystem;
import akka.remote.artery.tcp.SSLEngineProvider;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import scala.Option;

/**
 * TLS for a node that nobody may join, because it has a database of its own. It shows no
 * certificate and trusts none, so every handshake fails. Akka makes it by its class name.
 */
public final class ClosedEngines implements SSLEngineProvider {
  private final SSLContext context;

  /**
   * @param system unused; Akka requires this constructor
   */
  public ClosedEngines(ActorSystem system) throws GeneralSecurityException {
    context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[0], new TrustManager[0], null);
  }

  @Override
  public SSLEngine createServerSSLEngine(String hostname, int port) {
    SSLEngine engine = context.createSSLEngine(hostname, port);
    engine.setUseClientMode(false);
    engine.setNeedClientAuth(true);
    return engine;
  }

  @Override
  public SSLEngine createClientSSLEngine(String hostname, int port) {
    SSLEngine engine = context.createSSLEngine(hostname, port);
    engine.setUseClientMode(true);
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
