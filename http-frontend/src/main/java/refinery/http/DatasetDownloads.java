package refinery.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.stream.javadsl.StreamConverters;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.http.crate.ZipBytes;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchState;
import refinery.protocol.dataset.DatasetFiles;
import refinery.protocol.dataset.DatasetId;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.DatasetSlices;
import refinery.protocol.dataset.Datasets.Planned;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.BatchView.ArtifactView;

/** What is read of a dataset that is done: some rows of its matrices, and all files as one zip. */
final class DatasetDownloads {
  private static final int CHUNK = 64 * 1024;
  private static final int MOST_ROWS = 100;
  private static final long MOST_CELLS = 2_000_000;
  private static final ContentType TSV =
      ContentTypes.parse("text/tab-separated-values; charset=UTF-8");

  private final FrontendServices services;

  DatasetDownloads(FrontendServices services) {
    this.services = services;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
                "/api/v1/datasets/{id}/slice",
                Set.of("genes", "samples", "value", "format"),
                this::slice)
            .accepting("application/json", "text/tab-separated-values"),
        Endpoint.get("/api/v1/datasets/{id}/archive", Set.of("formats"), this::archive)
            .accepting("application/zip", "application/json"));
  }

  private CompletionStage<BatchView> done(Exchange exchange) {
    DatasetId id = DatasetRoutes.id(exchange);
    return services
        .readModel()
        .batch(id.batch())
        .thenApply(
            found -> {
              BatchView batch =
                  found.orElseThrow(() -> Problem.notFound("dataset", id + " that is done"));
              if (batch.state() != BatchState.DONE) {
                throw Problem.of(
                    409,
                    "%s is not done, but %s".formatted(id, DatasetViews.state(batch.state())),
                    Map.of("Retry-After", "2"));
              }
              return batch;
            });
  }

  private CompletionStage<HttpResponse> slice(Exchange exchange) {
    List<String> rows = words(exchange, "genes");
    if (rows.isEmpty() || rows.size() > MOST_ROWS) {
      throw Problem.badRequest(
          "?genes", "must be 1 to %d ids, separated by commas".formatted(MOST_ROWS));
    }
    String value = exchange.parameter("value").orElse("counts");
    if (!DatasetRequest.VALUES.contains(value)) {
      throw Problem.badRequest(
          "?value", "must be one of " + String.join(", ", DatasetRequest.VALUES));
    }
    String format = exchange.parameter("format").orElse(accepted(exchange));
    if (!format.equals("json") && !format.equals("tsv")) {
      throw Problem.badRequest("?format", "must be json or tsv");
    }
    Set<String> samples = new LinkedHashSet<>(words(exchange, "samples"));
    return done(exchange)
        .thenCompose(
            batch ->
                services
                    .datasets()
                    .slices()
                    .slice(new DatasetSlices.Question(stores(batch), rows, samples, value)))
        .thenApply(
            slice -> {
              check(slice, samples);
              return format.equals("tsv") ? tsv(slice) : json(slice, value);
            });
  }

  private static String accepted(Exchange exchange) {
    return exchange
            .header("Accept")
            .filter(text -> text.contains("text/tab-separated-values"))
            .isPresent()
        ? "tsv"
        : "json";
  }

  private static List<String> words(Exchange exchange, String name) {
    return exchange.parameter(name).map(text -> text.split(",")).stream()
        .flatMap(Arrays::stream)
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .distinct()
        .toList();
  }

  private static List<String> stores(BatchView batch) {
    return batch.artifacts().stream()
        .filter(artifact -> DatasetFiles.matrixOfStore(artifact.name()).isPresent())
        .map(ArtifactView::sha256)
        .toList();
  }

  private static void check(DatasetSlices.Slice slice, Set<String> samples) {
    Set<String> unknown = new LinkedHashSet<>(samples);
    slice.samples().forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw Problem.badRequest("?samples", "the dataset has no " + String.join(", ", unknown));
    }
    List<String> nowhere =
        slice.rows().entrySet().stream()
            .filter(row -> Arrays.stream(row.getValue()).allMatch(Double::isNaN))
            .map(Map.Entry::getKey)
            .toList();
    if (!nowhere.isEmpty()) {
      throw Problem.badRequest("?genes", "the dataset has no " + String.join(", ", nowhere));
    }
    if ((long) slice.samples().size() * slice.rows().size() > MOST_CELLS) {
      throw Problem.badRequest(
          "?genes", "that is more than %,d values: ask for fewer".formatted(MOST_CELLS));
    }
  }

  /** A row for each gene, as in {@code counts.tsv.gz}. */
  private static HttpResponse tsv(DatasetSlices.Slice slice) {
    StringBuilder text = new StringBuilder("id");
    slice.samples().forEach(sample -> text.append('\t').append(sample));
    text.append('\n');
    slice
        .rows()
        .forEach(
            (row, values) -> {
              text.append(row);
              for (double value : values) {
                text.append('\t').append(Double.isNaN(value) ? "NA" : number(value));
              }
              text.append('\n');
            });
    return Responses.respond(200, TSV, ByteString.fromString(text.toString()));
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static HttpResponse json(DatasetSlices.Slice slice, String value) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("value", value);
    ArrayNode samples = body.putArray("samples");
    slice.samples().forEach(samples::add);
    ArrayNode rows = body.putArray("genes");
    slice
        .rows()
        .forEach(
            (row, values) -> {
              ArrayNode cells = rows.addObject().put("id", row).putArray("values");
              for (double each : values) {
                if (Double.isNaN(each)) {
                  cells.addNull();
                } else {
                  cells.add(each);
                }
              }
            });
    return Responses.ok(body);
  }

  /** With formats that were not asked for, these are made first: 202 until they are there. */
  private CompletionStage<HttpResponse> archive(Exchange exchange) {
    List<String> wanted = words(exchange, "formats");
    for (String format : wanted) {
      if (!DatasetRequest.FORMATS.contains(format)) {
        throw Problem.badRequest(
            "?formats", "must be some of " + String.join(", ", DatasetRequest.FORMATS));
      }
    }
    return done(exchange)
        .thenCompose(
            batch -> {
              List<String> missing = missing(batch, wanted);
              return missing.isEmpty()
                  ? CompletableFuture.completedFuture(zip(batch.key(), DatasetViews.files(batch)))
                  : rendered(batch, missing, exchange);
            });
  }

  /** The formats that the dataset does not have, in the order that all requests have. */
  private static List<String> missing(BatchView batch, List<String> wanted) {
    Set<String> has = new LinkedHashSet<>();
    DatasetViews.plan(batch)
        .ifPresent(plan -> plan.request().path("formats").forEach(word -> has.add(word.asText())));
    return DatasetRequest.FORMATS.stream()
        .filter(format -> wanted.contains(format) && !has.contains(format))
        .toList();
  }

  private CompletionStage<HttpResponse> rendered(
      BatchView batch, List<String> formats, Exchange exchange) {
    return services
        .datasets()
        .plans()
        .rendering(DatasetRoutes.id(exchange), formats)
        .thenCompose(
            planned ->
                switch (planned) {
                  case Planned.Refused refused ->
                      throw Problem.of(409, refused.problems().getFirst().message());
                  case Planned.Plan plan -> rendered(batch, plan, exchange);
                });
  }

  private CompletionStage<HttpResponse> rendered(
      BatchView batch, Planned.Plan planned, Exchange exchange) {
    return services
        .readModel()
        .batch(planned.plan().id().batch())
        .thenCompose(
            found -> {
              if (found.isEmpty()) {
                return DatasetRoutes.post(services, planned, exchange)
                    .thenApply(done -> making(planned));
              }
              return CompletableFuture.completedFuture(
                  switch (found.get().state()) {
                    case DONE -> zip(batch.key(), both(batch, found.get()));
                    case FAILED, CANCELLED ->
                        throw Problem.of(
                            409,
                            "the formats could not be made: %s; refinery retry %s"
                                .formatted(
                                    found.get().reason().orElse("cancelled"), found.get().id()));
                    case QUEUED, DOWNLOADING, DOWNLOADED, PROCESSING, PLANNED -> making(planned);
                  });
            });
  }

  private static HttpResponse making(Planned.Plan planned) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("state", "processing");
    body.put("survey_id", planned.plan().id().survey().value());
    body.put("batch_id", planned.plan().id().batch().value());
    return Responses.json(202, body).addHeader(RawHeader.create("Retry-After", "2"));
  }

  /** The files of the dataset, and those that were made later; each name once. */
  private static List<ArtifactView> both(BatchView batch, BatchView later) {
    Map<String, ArtifactView> files = new LinkedHashMap<>();
    DatasetViews.files(batch).forEach(file -> files.put(file.name(), file));
    DatasetViews.files(later).forEach(file -> files.putIfAbsent(file.name(), file));
    return List.copyOf(files.values());
  }

  private HttpResponse zip(String dataset, List<ArtifactView> files) {
    List<ZipBytes.Member> members =
        files.stream()
            .filter(file -> DatasetFiles.matrixOfStore(file.name()).isEmpty())
            .map(file -> new ZipBytes.Member(file.name(), file.size(), () -> open(file)))
            .toList();
    return HttpResponse.create()
        .withEntity(
            HttpEntities.createChunked(
                MediaTypes.APPLICATION_ZIP.toContentType(),
                StreamConverters.fromInputStream(() -> new ZipBytes(members), CHUNK)))
        .addHeader(RawHeader.create("X-Content-Type-Options", "nosniff"))
        .addHeader(
            RawHeader.create(
                "Content-Disposition", "attachment; filename=\"" + dataset + ".zip\""));
  }

  private java.io.InputStream open(ArtifactView file) throws IOException {
    return Channels.newInputStream(
        services
            .artifactBytes()
            .open(file.sha256())
            .orElseThrow(() -> new IOException("artifact " + file.sha256() + " went away")));
  }
}
