package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.Json;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.scheduling.SchedulerCommand;

/** The route of archive hosts, as the scheduler and all nodes count them. */
final class HostRoutes {
  private final SchedulerQueries scheduler;

  HostRoutes(SchedulerQueries scheduler) {
    this.scheduler = scheduler;
  }

  List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/api/v1/hosts", Lists.parameters("archive"), this::list));
  }

  /** Lists hosts by their names; the cursor is the last name of the page before. */
  private CompletionStage<HttpResponse> list(Exchange exchange) {
    Filter filter = Lists.filter(exchange, Map.of());
    String after = filter.cursor().orElse("");
    Optional<String> archive = Optional.ofNullable(filter.values().get("archive"));
    return scheduler
        .ask(SchedulerCommand.DescribeHosts::new)
        .thenApply(SchedulerQueries::state)
        .thenApply(
            state -> {
              List<JsonNode> rest = new ArrayList<>();
              for (JsonNode host : state.path("hosts")) {
                if (host.path("host").asText().compareTo(after) > 0
                    && archive
                        .filter(name -> !name.equals(host.path("archive").asText()))
                        .isEmpty()) {
                  rest.add(host);
                }
              }
              return Responses.ok(page(state, rest, filter.limit()));
            });
  }

  private static ObjectNode page(JsonNode state, List<JsonNode> rest, int limit) {
    List<JsonNode> items = rest.stream().limit(limit).toList();
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.set("items", Json.MAPPER.valueToTree(items));
    body.put("next", rest.size() > items.size() ? items.getLast().path("host").asText() : null);
    body.set("requests_counted_since", state.path("requests_counted_since"));
    return body;
  }
}
