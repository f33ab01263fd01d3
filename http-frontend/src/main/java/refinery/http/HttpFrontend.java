package refinery.http;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import refinery.http.connections.Listener;
import refinery.http.dashboard.Dashboard;

/** Builds the HTTP API from its routes and binds it to a socket. */
public final class HttpFrontend {
  /** Counting entities asks every shard of every node. */
  private static final Duration SHARDS_SHOWN_AGAIN = Duration.ofSeconds(3);

  private HttpFrontend() {}

  /**
   * Binds the API, and provides the services to the management routes. The stage fails when the
   * port is taken. The system's coordinated shutdown ends the binding.
   */
  public static CompletionStage<ServerBinding> start(
      ActorSystem<?> system,
      FrontendServices services,
      HttpConfig config,
      Optional<HttpsConnectionContext> tls) {
    FrontendExtension extension = FrontendExtension.get(system);
    extension.provide(services, config);
    Materializer materializer = SystemMaterializer.get(system).materializer();
    Access access = new Access(config, services.credentials(), services.commands());
    Router router =
        new Router(
            endpoints(system, services, config, access),
            Optional.of(new Dashboard()),
            access,
            Optional.of(services.audit()),
            config,
            materializer,
            extension.meters(),
            services.obstacles());
    Guard guard =
        new Guard(
            config.requests(),
            request -> false,
            tls.isPresent() && !HttpConfig.isLoopback(config.host()),
            materializer,
            router::handle);
    return new Listener("api", config.connections(), guard, HttpFrontend::noRoom, tls)
        .bind(system, extension.meters().registry(), config.host(), config.port());
  }

  /** The response to a client for whose connection there is no room. */
  public static CompletionStage<HttpResponse> noRoom(HttpRequest request) {
    return CompletableFuture.completedFuture(
        SecurityHeaders.on(
            Responses.problem(
                Problem.unavailable(
                    "too many connections are open and in use, of this client or of all together"
                        + " (refinery.http.connections)")),
            false));
  }

  static List<Endpoint> endpoints(
      ActorSystem<?> system, FrontendServices services, HttpConfig config, Access access) {
    return OpenApi.describing(routes(system, services, config, access), services.version());
  }

  private static List<Endpoint> routes(
      ActorSystem<?> system, FrontendServices services, HttpConfig config, Access access) {
    Executor blocking = system.dispatchers().lookup(DispatcherSelector.blocking());
    SchedulerQueries scheduler =
        new SchedulerQueries(system, services.scheduler(), config.askTimeout());
    return Stream.of(
            new SessionRoutes(access, services.credentials(), InstantSource.system()).endpoints(),
            new AuditRoutes(services.audit()).endpoints(),
            new SurveyRoutes(services, scheduler).endpoints(),
            new MatrixRoutes(services).endpoints(),
            new StoryRoutes(services).endpoints(),
            new MetadataRoutes(services, blocking).endpoints(),
            new ScheduleRoutes(services).endpoints(),
            new BatchRoutes(services).endpoints(),
            new CrateRoutes(services, blocking, config.crate()).endpoints(),
            new LogRoutes(services, new LogSources(system, services, config), blocking).endpoints(),
            new ExplanationRoutes(services, scheduler).endpoints(),
            new FailureRoutes(services).endpoints(),
            new JobRoutes(services, new JobLog(system, services, config)).endpoints(),
            new NodeRoutes(system, services, scheduler, config.askTimeout()).endpoints(),
            new HostRoutes(scheduler).endpoints(),
            new ClusterRoutes(services.cluster(), scheduler, SHARDS_SHOWN_AGAIN).endpoints(),
            new ArtifactRoutes(services, blocking).endpoints(),
            List.of(new ArtifactList(services).endpoint()),
            new SearchRoutes(services).endpoints(),
            new DatasetRoutes(services).endpoints(),
            new DatasetDownloads(services).endpoints(),
            new EventRoutes(system, services, config).endpoints(),
            new OverviewRoutes(system, services, scheduler, config).endpoints(),
            new CatalogRoutes(services).endpoints())
        .flatMap(List::stream)
        .toList();
  }
}
