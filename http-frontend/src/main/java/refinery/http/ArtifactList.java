package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.KeyValues;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.FacetCount;
import refinery.protocol.query.ReadModel.Filter;

/**
 * Lists artifacts of batches, filtered by any key-values, with counts of the values of requested
 * keys.
 */
final class ArtifactList {
  private static final String KEY_VALUE = "kv.";
  private static final String FACET = "facet";
  private static final int MOST_FACETS = 10;
  private static final int MOST_VALUES = 100;

  private final FrontendServices services;

  ArtifactList(FrontendServices services) {
    this.services = services;
  }

  /** An artifact and the path at which its bytes are served. */
  record Item(
      BatchId batchId,
      String pipeline,
      String role,
      String name,
      Optional<String> organism,
      Map<String, String> keyValues,
      String sha256,
      long size,
      String mediaType,
      Instant refinedAt,
      String href) {
    static Item of(RefinedArtifact artifact) {
      return new Item(
          artifact.batch(),
          artifact.pipeline(),
          artifact.role(),
          artifact.name(),
          artifact.organism(),
          artifact.keyValues(),
          artifact.sha256(),
          artifact.size(),
          artifact.mediaType(),
          artifact.refinedAt(),
          "/api/v1/artifacts/" + artifact.sha256());
    }
  }

  /** A page of artifacts, with the counts of the facets that were asked for. */
  record Answer(
      List<Item> items,
      Optional<String> next,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, List<FacetCount>> facets) {}

  Endpoint endpoint() {
    return Endpoint.get(
        "/api/v1/artifacts",
        Lists.parameters(
            "pipeline", "role", "name", "organism", "media_type", FACET, KEY_VALUE + "*"),
        this::list);
  }

  private CompletionStage<HttpResponse> list(Exchange exchange) {
    Filter asked = Lists.filter(exchange, checks(exchange));
    Map<String, String> values = new HashMap<>(asked.values());
    List<String> facets =
        Optional.ofNullable(values.remove(FACET)).map(ArtifactList::keys).orElse(List.of());
    if (!facets.isEmpty() && values.isEmpty()) {
      throw Problem.badRequest("?" + FACET, "counts what a filter finds: give one, e.g. pipeline=");
    }
    Filter filter = new Filter(values, asked.limit(), asked.cursor());
    return services
        .readModel()
        .artifacts(filter)
        .thenCombine(counts(filter, facets), ArtifactList::answer)
        .thenApply(Responses::ok);
  }

  private static Answer answer(Page<RefinedArtifact> page, Map<String, List<FacetCount>> facets) {
    return new Answer(page.items().stream().map(Item::of).toList(), page.next(), facets);
  }

  private CompletionStage<Map<String, List<FacetCount>>> counts(
      Filter filter, List<String> facets) {
    CompletionStage<Map<String, List<FacetCount>>> all =
        CompletableFuture.completedFuture(new LinkedHashMap<>());
    for (String key : facets) {
      all =
          all.thenCombine(
              services.readModel().facet(filter, key, MOST_VALUES),
              (found, counts) -> {
                found.put(key, counts);
                return found;
              });
    }
    return all;
  }

  private static List<String> keys(String text) {
    return List.of(text.split(",", -1)).stream().distinct().toList();
  }

  private static Map<String, Consumer<String>> checks(Exchange exchange) {
    Map<String, Consumer<String>> checks = new HashMap<>();
    checks.put(FACET, ArtifactList::checkFacets);
    for (String name : exchange.query().keySet()) {
      if (name.startsWith(KEY_VALUE)) {
        String key = name.substring(KEY_VALUE.length());
        checks.put(
            name,
            value -> {
              KeyValues.keyProblem(key).ifPresent(ArtifactList::refuse);
              KeyValues.valueProblem(value).ifPresent(ArtifactList::refuse);
            });
      }
    }
    return checks;
  }

  private static void checkFacets(String text) {
    List<String> keys = keys(text);
    if (keys.size() > MOST_FACETS) {
      refuse("at most " + MOST_FACETS + " facets at once");
    }
    keys.stream()
        .filter(key -> !KeyValues.RESERVED.contains(key))
        .map(KeyValues::keyProblem)
        .flatMap(Optional::stream)
        .findFirst()
        .ifPresent(ArtifactList::refuse);
  }

  private static void refuse(String problem) {
    throw new IllegalArgumentException(problem);
  }
}
