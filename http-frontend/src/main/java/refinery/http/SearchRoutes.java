package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.QualityView;
import refinery.protocol.query.ReadModel.FacetCount;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.Found;
import refinery.protocol.query.ReadModel.Hit;

/** Searches batches by words and by the harmonised form of what their archives say. */
final class SearchRoutes {
  private static final String FACET = "facet";
  private static final String QUALITY = "quality";
  private static final String SURVEY = "survey_id";
  private static final String ORGANISM = "organism";
  private static final int MOST_FACETS = 10;
  private static final int MOST_VALUES = 100;

  /** ENA's names of fields, for those who know them, with ours. */
  private static final Map<String, String> ALSO =
      Map.of(
          "library_strategy", "strategy",
          "library_layout", "layout",
          "instrument_platform", "platform",
          "instrument_model", "instrument",
          "tax_id", "taxon_id");

  private final FrontendServices services;
  private final Set<String> fields;

  SearchRoutes(FrontendServices services) {
    this.services = services;
    this.fields = new LinkedHashSet<>(services.catalog().harmonisedFields());
    fields.addAll(List.of("source", "pipeline"));
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/search",
            Lists.parameters("q", "state", QUALITY, SURVEY, FACET, "*"),
            this::search));
  }

  /** A batch that was found. Everything else of it is at its own address. */
  record Item(
      BatchId id,
      String key,
      BatchState state,
      Optional<String> reason,
      Optional<String> quality,
      List<SurveyId> surveyIds,
      Instant createdAt,
      Map<String, String> harmonised,
      String href) {
    static Item of(Hit hit) {
      BatchView batch = hit.batch();
      return new Item(
          batch.id(),
          batch.key(),
          batch.state(),
          batch.reason(),
          batch.quality().map(QualityView::verdict),
          batch.surveyIds(),
          batch.createdAt(),
          hit.harmonised(),
          "/api/v1/batches/" + batch.id());
    }
  }

  /**
   * @param total how many batches match, on all pages together
   */
  record Answer(
      List<Item> items, Optional<String> next, long total, Map<String, List<FacetCount>> facets) {}

  private CompletionStage<HttpResponse> search(Exchange exchange) {
    requireFields(exchange.query().keySet());
    Filter asked = Lists.filter(exchange, checks());
    Map<String, String> values = new HashMap<>(asked.values());
    List<String> facets =
        Optional.ofNullable(values.remove(FACET)).map(SearchRoutes::names).orElse(List.of());
    values.computeIfPresent(ORGANISM, (name, value) -> spelled(value));
    Map<String, String> conditions = new HashMap<>();
    values.forEach((name, value) -> conditions.put(ours(name), value));
    return services
        .readModel()
        .search(
            new Filter(conditions, asked.limit(), asked.cursor()),
            facets.stream().map(SearchRoutes::ours).distinct().toList(),
            MOST_VALUES)
        .thenApply(found -> answer(found, facets));
  }

  private static HttpResponse answer(Found found, List<String> facets) {
    Map<String, List<FacetCount>> counts = new LinkedHashMap<>();
    facets.forEach(name -> counts.put(name, found.facets().get(ours(name))));
    return Responses.ok(
        new Answer(
            found.items().stream().map(Item::of).toList(), found.next(), found.total(), counts));
  }

  private static String ours(String name) {
    return ALSO.getOrDefault(name, name);
  }

  private void requireFields(Set<String> parameters) {
    List<Problem.Wrong> wrongs = new ArrayList<>();
    Set<String> own = Lists.parameters("q", "state", QUALITY, SURVEY, FACET);
    for (String name : parameters) {
      if (!own.contains(name) && !fields.contains(ours(name))) {
        wrongs.add(new Problem.Wrong("?" + name, "is no field; there are " + known()));
      }
    }
    if (!wrongs.isEmpty()) {
      throw Problem.badRequest(wrongs);
    }
  }

  private Map<String, Consumer<String>> checks() {
    return Map.of(
        FACET,
        this::checkFacets,
        QUALITY,
        Lists.oneOf(List.of("pass", "warn", "fail")),
        SURVEY,
        text -> SurveyId.of(text),
        "state",
        Lists.oneOf(Arrays.stream(BatchState.values()).map(BatchState::word).toList()));
  }

  private void checkFacets(String text) {
    List<String> names = names(text);
    if (names.size() > MOST_FACETS) {
      throw new IllegalArgumentException("at most " + MOST_FACETS + " facets at once");
    }
    for (String name : names) {
      if (!fields.contains(ours(name))) {
        throw new IllegalArgumentException("'" + name + "' is no field; there are " + known());
      }
    }
  }

  private String known() {
    return String.join(", ", fields);
  }

  private static List<String> names(String text) {
    return Arrays.stream(text.split(",", -1)).distinct().toList();
  }

  /** {@code homo_sapiens}, as other lists have it, is {@code Homo sapiens} in archives' words. */
  private static String spelled(String organism) {
    return organism.matches("[a-z]+(_[a-z0-9]+)+")
        ? Character.toUpperCase(organism.charAt(0)) + organism.substring(1).replace('_', ' ')
        : organism;
  }
}
