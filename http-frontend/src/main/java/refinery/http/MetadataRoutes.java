package refinery.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import refinery.http.metadata.MetadataExport;
import refinery.http.metadata.MetadataFormat;
import refinery.protocol.SurveyId;
import refinery.protocol.query.SurveyView;

/** Serves what archives say of a survey's batches as a table. */
final class MetadataRoutes {
  private static final String TYPE = "text/tab-separated-values";
  private static final int BATCHES_OF_A_PAGE = 500;
  private static final ContentType UTF_8 =
      MediaTypes.TEXT_TAB_SEPARATED_VALUES.toContentType(HttpCharsets.UTF_8);

  private final FrontendServices services;
  private final MetadataExport export;

  MetadataRoutes(FrontendServices services, Executor blocking) {
    this.services = services;
    this.export =
        new MetadataExport(services.readModel(), services.catalog(), blocking, BATCHES_OF_A_PAGE);
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/api/v1/surveys/{id}/metadata", Set.of("format"), this::table)
            .accepting(TYPE));
  }

  private CompletionStage<HttpResponse> table(Exchange exchange) {
    SurveyId id = exchange.id("survey", SurveyId::of);
    String asked = exchange.parameter("format").orElse(MetadataFormat.TSV.word());
    MetadataFormat format =
        MetadataFormat.of(asked)
            .orElseThrow(
                () ->
                    Problem.badRequest(
                        "?format", "must be one of " + String.join(", ", MetadataFormat.words())));
    return services
        .readModel()
        .survey(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("survey", id.value())))
        .thenApply(survey -> response(survey, format));
  }

  private HttpResponse response(SurveyView survey, MetadataFormat format) {
    String file = "metadata-%s.%s.tsv".formatted(survey.id().value(), format.word());
    return HttpResponse.create()
        .withEntity(HttpEntities.createChunked(UTF_8, export.table(survey, format)))
        .addHeader(RawHeader.create("X-Content-Type-Options", "nosniff"))
        .addHeader(
            RawHeader.create("Content-Disposition", "attachment; filename=\"" + file + "\""));
  }
}
