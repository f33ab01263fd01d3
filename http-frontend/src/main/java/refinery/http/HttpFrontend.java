package refinery.http;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/** The HTTP API: its routes put together and bound to a socket. */
public final class HttpFrontend {
  private static final Duration GRACE = Duration.ofSeconds(3);

  private HttpFrontend() {}

  /**
   * Binds; the stage fails when the port is taken. Also provides the services to the management
   * routes. The binding is ended by the system's coordinated shutdown.
   */
  public static CompletionStage<ServerBinding> start(
      ActorSystem<?> system, FrontendServices services, HttpConfig config) {
    FrontendExtension extension = FrontendExtension.get(system);
    extension.provide(services, config);
    Materializer materializer = SystemMaterializer.get(system).materializer();
    Router router =
        new Router(
            endpoints(system, services, config),
            new Access(config, services.localToken()),
            config,
            materializer,
            extension.meters());
    return Http.get(system)
        .newServerAt(config.host(), config.port())
        .bind(router::handle)
        .thenApply(binding -> binding.addToCoordinatedShutdown(GRACE, system));
  }

  static List<Endpoint> endpoints(
      ActorSystem<?> system, FrontendServices services, HttpConfig config) {
    Executor blocking = system.dispatchers().lookup(DispatcherSelector.blocking());
    SchedulerQueries scheduler =
        new SchedulerQueries(system, services.scheduler(), config.askTimeout());
    return Stream.of(
            new SurveyRoutes(services).endpoints(),
            new BatchRoutes(services).endpoints(),
            new JobRoutes(services, new JobLog(system, services, config)).endpoints(),
            new NodeRoutes(scheduler).endpoints(),
            new ArtifactRoutes(services, blocking).endpoints(),
            new EventRoutes(system, services, config).endpoints(),
            new CatalogRoutes(services).endpoints())
        .flatMap(List::stream)
        .toList();
  }
}
