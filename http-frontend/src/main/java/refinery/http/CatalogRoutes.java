package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.protocol.query.Page;

/** Serves the lists of sources and pipelines, and counts. */
final class CatalogRoutes {
  private final FrontendServices services;

  CatalogRoutes(FrontendServices services) {
    this.services = services;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/api/v1/sources", exchange -> all(services.catalog().sources())),
        Endpoint.get("/api/v1/pipelines", exchange -> all(services.catalog().pipelines())),
        Endpoint.get(
            "/api/v1/stats", exchange -> services.readModel().stats().thenApply(Responses::ok)));
  }

  private static CompletionStage<HttpResponse> all(List<JsonNode> items) {
    return CompletableFuture.completedFuture(Responses.ok(new Page<>(items, Optional.empty())));
  }

  /**
   * The valid value.
   *
   * @throws Problem a 400 that lists everything that is wrong
   */
  static <T> T valid(Validated<T> validated) {
    return switch (validated) {
      case Validated.Valid<T> valid -> valid.value();
      case Validated.Invalid<T> invalid -> throw Problem.badRequest(problems(invalid));
    };
  }

  static List<Problem.Wrong> problems(Validated<?> validated) {
    return switch (validated) {
      case Validated.Valid<?> valid -> List.of();
      case Validated.Invalid<?> invalid ->
          invalid.problems().stream()
              .map(problem -> new Problem.Wrong(problem.pointer(), problem.message()))
              .toList();
    };
  }
}
