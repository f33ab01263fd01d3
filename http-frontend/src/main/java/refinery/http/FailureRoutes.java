package refinery.http;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import refinery.protocol.FailureClass;
import refinery.protocol.SurveyId;
import refinery.protocol.job.JobKind;

/** Routes of failed jobs by cause: lists the groups, and what a retry of one takes up. */
final class FailureRoutes {
  static final Pattern GROUP = Pattern.compile("[0-9a-f]{16}");

  /** The most jobs, and the most batches, that one retry is asked for. */
  private static final int MOST = 10_000;

  private static final Set<String> FILTERS =
      Set.of("kind", "survey_id", "pipeline", "failure_class");

  private static final Set<String> FILTERS_AND_LIMIT =
      Set.of("limit", "kind", "survey_id", "pipeline", "failure_class");

  private static final Map<String, Consumer<String>> CHECKS =
      Map.of(
          "kind",
          Lists.oneOf(Arrays.stream(JobKind.values()).map(JobKind::word).toList()),
          "survey_id",
          text -> SurveyId.of(text),
          "failure_class",
          Lists.oneOf(Arrays.stream(FailureClass.values()).map(FailureClass::word).toList()));

  private final FrontendServices services;

  FailureRoutes(FrontendServices services) {
    this.services = services;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/failures",
            FILTERS_AND_LIMIT,
            exchange ->
                services
                    .readModel()
                    .failures(Lists.filter(exchange, CHECKS))
                    .thenApply(Responses::ok)),
        Endpoint.get("/api/v1/failures/{id}/retry-plan", FILTERS, this::retryPlan));
  }

  private CompletionStage<akka.http.javadsl.model.HttpResponse> retryPlan(Exchange exchange) {
    String group = exchange.path().get("id");
    if (!GROUP.matcher(group).matches()) {
      throw Problem.notFound("failure group", "'" + group + "' (16 hex digits name one)");
    }
    return services
        .readModel()
        .retryPlan(group, Lists.filter(exchange, CHECKS).values(), MOST)
        .thenApply(
            plan -> Responses.ok(plan.orElseThrow(() -> Problem.notFound("failure group", group))));
  }

  /** A check of a group's id in a filter. */
  static void check(String group) {
    if (!GROUP.matcher(group).matches()) {
      throw new IllegalArgumentException("must be 16 hex digits, as /api/v1/failures says");
    }
  }
}
