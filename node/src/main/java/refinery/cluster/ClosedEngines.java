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
 * The door of a node that nobody can join, because its database is its own: no certificate to show,
 * nobody's to take, so that no connection comes to be. Made by Akka, by name.
 */
public final class ClosedEngines implements SSLEngineProvider {
  private final SSLContext context;

  /**
   * @param system what Akka gives every such class
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
