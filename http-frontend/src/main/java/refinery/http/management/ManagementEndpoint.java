package refinery.http.management;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import akka.japi.function.Function;
import akka.management.javadsl.AkkaManagement;
import akka.stream.SystemMaterializer;
import com.typesafe.config.Config;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import refinery.http.Access;
import refinery.http.Credentials;
import refinery.http.FrontendExtension;
import refinery.http.Guard;
import refinery.http.HttpConfig;
import refinery.http.HttpFrontend;
import refinery.http.Problem;
import refinery.http.Responses;
import refinery.http.connections.Listener;

/**
 * Binds Akka Management's routes behind this program's own tokens. Akka Management's own start is
 * not used, because its Java authenticator lets requests without credentials through (1.4.0).
 *
 * <p>Paths that Kubernetes and Cluster Bootstrap probe need no token, since the probes carry none.
 * They are answered even when there is no room for a connection.
 */
public final class ManagementEndpoint {
  private static final Set<String> OPEN = Set.of("/ready", "/alive", "/bootstrap/seed-nodes");

  private ManagementEndpoint() {}

  /** Binds the endpoint; fails if it would be open to the network without a token. */
  public static CompletionStage<ServerBinding> start(
      ActorSystem<?> system,
      HttpConfig config,
      Credentials credentials,
      Optional<HttpsConnectionContext> tls) {
    Config management = system.settings().config().getConfig("akka.management.http");
    String host = host(system);
    String bindPort = management.getString("bind-port");
    int port = bindPort.isEmpty() ? management.getInt("port") : Integer.parseInt(bindPort);
    Access access = access(system, config, credentials);
    Route routes =
        AkkaManagement.get(system)
            .getRoutes(settings -> tls.map(settings::withHttpsConnectionContext).orElse(settings));
    Function<HttpRequest, CompletionStage<HttpResponse>> served = routes.function(system);
    Guard guard =
        new Guard(
            config.requests(),
            ManagementEndpoint::isOpen,
            tls.isPresent() && !HttpConfig.isLoopback(host),
            SystemMaterializer.get(system).materializer(),
            request -> isOpen(request) ? served.apply(request) : guarded(access, served, request));
    return new Listener(
            "management",
            config.connections(),
            guard,
            request -> isOpen(request) ? served.apply(request) : HttpFrontend.noRoom(request),
            tls)
        .bind(system, FrontendExtension.get(system).meters().registry(), host, port);
  }

  private static String host(ActorSystem<?> system) {
    Config management = system.settings().config().getConfig("akka.management.http");
    String bindHost = management.getString("bind-hostname");
    return bindHost.isEmpty() ? management.getString("hostname") : bindHost;
  }

  /** Who may use the endpoint: asked here for all of it, and again by this program's own routes. */
  static Access access(ActorSystem<?> system, HttpConfig config, Credentials credentials) {
    return Access.ofPrograms(config.at(host(system), "akka.management.http.hostname"), credentials);
  }

  private static CompletionStage<HttpResponse> guarded(
      Access access,
      Function<HttpRequest, CompletionStage<HttpResponse>> served,
      HttpRequest request) {
    return access
        .admitProgram(request)
        .thenCompose(
            caller -> {
              try {
                return served.apply(request);
              } catch (Exception e) {
                return CompletableFuture.failedFuture(e);
              }
            })
        .exceptionally(
            error -> {
              Throwable cause = error instanceof CompletionException ? error.getCause() : error;
              if (cause instanceof Problem refused) {
                return Responses.problem(refused);
              }
              throw new CompletionException(cause);
            });
  }

  private static boolean isOpen(HttpRequest request) {
    return request.method().value().equals("GET") && OPEN.contains(request.getUri().path());
  }
}
