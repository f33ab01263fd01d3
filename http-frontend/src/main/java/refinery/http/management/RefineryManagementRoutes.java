package refinery.http.management;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.management.javadsl.ManagementRouteProvider;
import akka.management.javadsl.ManagementRouteProviderSettings;
import akka.stream.SystemMaterializer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import refinery.http.FrontendExtension;
import refinery.http.Problem;
import refinery.http.Responses;
import refinery.http.Router;

/**
 * This program's routes on the management port. Akka creates them by reflection, maybe before the
 * node has provided the services; until then they answer 503.
 */
public final class RefineryManagementRoutes implements ManagementRouteProvider {
  private final ActorSystem<Void> system;
  private final FrontendExtension extension;
  private final AtomicReference<Optional<Router>> router = new AtomicReference<>(Optional.empty());

  public RefineryManagementRoutes(ExtendedActorSystem system) {
    this.system = Adapter.toTyped(system);
    this.extension = FrontendExtension.get(system);
  }

  @Override
  public Route routes(ManagementRouteProviderSettings settings) {
    return Directives.concat(
        Directives.pathPrefix("refinery", () -> Directives.handle(this::handle)),
        Directives.path("metrics", () -> Directives.handle(this::handle)));
  }

  private CompletionStage<HttpResponse> handle(HttpRequest request) {
    if (router.get().isEmpty()) {
      router.set(extension.provided().map(this::router));
    }
    return router
        .get()
        .map(ready -> ready.handle(request))
        .orElseGet(
            () ->
                CompletableFuture.completedFuture(
                    Responses.problem(Problem.unavailable("this node is starting"))));
  }

  private Router router(FrontendExtension.Provided provided) {
    return new Router(
        Stream.of(
                new InspectionRoutes(system, provided.services(), provided.config()).endpoints(),
                new MetricsRoutes(system, provided, extension.meters()).endpoints())
            .flatMap(List::stream)
            .toList(),
        Optional.empty(),
        ManagementEndpoint.access(system, provided.config(), provided.services().credentials()),
        Optional.empty(),
        provided.config(),
        SystemMaterializer.get(system).materializer(),
        extension.meters(),
        provided.services().obstacles());
  }
}
