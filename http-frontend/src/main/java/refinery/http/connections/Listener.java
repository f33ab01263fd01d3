package refinery.http.connections;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.ServerBuilder;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.japi.function.Function;
import akka.stream.javadsl.Flow;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A server of this node with a limited number of connections.
 *
 * @param name of the server in the metrics
 * @param handler answers requests; its stage should not fail
 * @param whenFull answers the one request of a connection for which there is no room
 * @param tls empty: plain HTTP
 */
public record Listener(
    String name,
    ConnectionLimits limits,
    Function<HttpRequest, CompletionStage<HttpResponse>> handler,
    Function<HttpRequest, CompletionStage<HttpResponse>> whenFull,
    Optional<HttpsConnectionContext> tls) {
  private static final Duration GRACE = Duration.ofSeconds(3);

  /**
   * Binds the server. The stage fails when the port is taken. The system's coordinated shutdown
   * ends the binding.
   */
  public CompletionStage<ServerBinding> bind(
      ActorSystem<?> system, MeterRegistry meters, String host, int port) {
    Connections connections = new Connections(limits);
    count(connections, meters);
    Flow<HttpRequest, HttpResponse, NotUsed> flow =
        Flow.fromGraph(new ConnectionStage(connections, limits, system, handler, whenFull));
    ServerBuilder server = Http.get(system).newServerAt(host, port);
    return tls.map(server::enableHttps)
        .orElse(server)
        .adaptSettings(
            settings ->
                settings.withMaxConnections(limits.sockets()).withRemoteAddressAttribute(true))
        .bindFlow(flow)
        .thenApply(binding -> binding.addToCoordinatedShutdown(GRACE, system));
  }

  private void count(Connections connections, MeterRegistry meters) {
    Gauge.builder("refinery.http.connections", connections, Connections::count)
        .description("Open connections")
        .tags("server", name)
        .strongReference(true)
        .register(meters);
    FunctionCounter.builder(
            "refinery.http.connections.closed", connections, Connections::closedForRoom)
        .description("Idle connections that were closed, since others needed the room")
        .tags("server", name)
        .register(meters);
    FunctionCounter.builder("refinery.http.connections.refused", connections, Connections::refusals)
        .description("Connections for which there was no room, as none was idle")
        .tags("server", name)
        .register(meters);
  }
}
