package refinery.http;

import akka.NotUsed;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.Pair;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import refinery.http.access.Scope;
import refinery.protocol.Json;
import refinery.protocol.audit.AuditEntry;
import refinery.protocol.audit.AuditLog.Stored;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;

/** Serves the audit log: page by page, and whole as CSV or NDJSON. */
final class AuditRoutes {
  private static final String PATH = "/api/v1/audit";
  private static final String[] FILTERS = {
    "actor", "kind", "action", "subject", "outcome", "from", "to"
  };
  private static final Map<String, Consumer<String>> CHECKS =
      Map.of(
          "kind",
          Lists.oneOf(Arrays.stream(AuditEntry.Kind.values()).map(AuditEntry.Kind::word).toList()),
          "outcome",
          Lists.oneOf(
              Arrays.stream(AuditEntry.Outcome.values()).map(AuditEntry.Outcome::word).toList()),
          "from",
          AuditRoutes::time,
          "to",
          AuditRoutes::time);
  private static final int PAGE = 1_000;

  private final AuditTrail trail;

  AuditRoutes(AuditTrail trail) {
    this.trail = trail;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(PATH, Lists.parameters(FILTERS), this::list).needing(Scope.ADMIN),
        export(".csv", "text/csv", AuditRoutes::head, AuditRoutes::line),
        export(
            ".ndjson", "application/x-ndjson", () -> "", stored -> json(stored).toString() + "\n"));
  }

  private Endpoint export(
      String suffix,
      String type,
      java.util.function.Supplier<String> head,
      Function<Stored, String> line) {
    ContentType content =
        type.startsWith("text/")
            ? ContentTypes.parse(type + "; charset=UTF-8")
            : ContentTypes.parse(type);
    return Endpoint.get(
            PATH + suffix,
            Set.of(FILTERS),
            exchange -> {
              Filter filter = Lists.filter(exchange, CHECKS);
              Source<ByteString, NotUsed> lines =
                  Source.single(ByteString.fromString(head.get()))
                      .filter(text -> !text.isEmpty())
                      .concat(pages(filter).map(page -> text(page, line)));
              return CompletableFuture.completedFuture(
                  HttpResponse.create()
                      .withEntity(
                          HttpEntities.createChunked(
                              content, exchange.isHead() ? Source.empty() : lines))
                      .addHeader(
                          RawHeader.create(
                              "Content-Disposition",
                              "attachment; filename=\"audit" + suffix + "\"")));
            })
        .accepting(type)
        .needing(Scope.ADMIN);
  }

  private CompletionStage<HttpResponse> list(Exchange exchange) {
    return trail
        .entries(Lists.filter(exchange, CHECKS))
        .thenApply(
            page ->
                Responses.ok(
                    new Page<>(
                        page.items().stream().map(AuditRoutes::json).toList(), page.next())));
  }

  private record Place(Optional<String> cursor, boolean ended) {}

  private Source<Page<Stored>, NotUsed> pages(Filter filter) {
    return Source.unfoldAsync(
        new Place(Optional.empty(), false),
        place ->
            place.ended()
                ? CompletableFuture.completedFuture(Optional.empty())
                : trail
                    .entries(new Filter(filter.values(), PAGE, place.cursor()))
                    .thenApply(
                        page ->
                            Optional.of(
                                Pair.create(new Place(page.next(), page.next().isEmpty()), page))));
  }

  private static ByteString text(Page<Stored> page, Function<Stored, String> line) {
    return ByteString.fromString(page.items().stream().map(line).collect(Collectors.joining()));
  }

  private static void time(String text) {
    try {
      Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("must be a time like 2026-01-02T03:04:05Z", e);
    }
  }

  private static Map<String, String> fields(Stored stored) {
    AuditEntry entry = stored.entry();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("id", Long.toString(stored.id()));
    fields.put("at", stored.at().toString());
    fields.put("kind", entry.kind().word());
    fields.put("actor", entry.actor());
    fields.put("scope", entry.scope());
    fields.put("means", entry.means());
    fields.put("action", entry.action());
    fields.put("subject", entry.subject());
    fields.put("path", entry.path());
    fields.put("client", entry.client());
    fields.put("forwarded", entry.forwarded());
    fields.put("status", entry.status() == 0 ? "" : Integer.toString(entry.status()));
    fields.put("outcome", entry.outcome().word());
    fields.put("detail", entry.detail());
    fields.put("request_id", entry.request());
    fields.put("node", entry.node());
    return fields;
  }

  private static JsonNode json(Stored stored) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    fields(stored)
        .forEach(
            (name, text) -> {
              if (text.isEmpty()) {
                json.putNull(name);
              } else {
                json.put(name, text);
              }
            });
    if (stored.entry().status() > 0) {
      json.put("status", stored.entry().status());
    }
    return json;
  }

  private static String head() {
    return "id,at,kind,actor,scope,means,action,subject,path,client,forwarded,status,outcome,detail,request_id,node\r\n";
  }

  private static String line(Stored stored) {
    return fields(stored).values().stream().map(AuditRoutes::cell).collect(Collectors.joining(","))
        + "\r\n";
  }

  /** By RFC 4180. What a spreadsheet would run as a formula gets an apostrophe in front. */
  static String cell(String text) {
    String safe = text.matches("(?s)[=+\\-@\\t\\r].*") ? "'" + text : text;
    return safe.matches("(?s).*[\",\\r\\n].*") ? "\"" + safe.replace("\"", "\"\"") + "\"" : safe;
  }
}
