package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import refinery.http.log.LogBytes;
import refinery.http.log.LogLines;
import refinery.http.log.LogPage;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.query.JobView;

/** The route of a log's lines: by number, the last ones, or those that contain a text. */
final class LogRoutes {
  private static final int DEFAULT_LINES = 500;
  private static final int MOST_LINES = 5_000;
  private static final List<String> STREAMS = List.of("tool", "refinery");

  private final FrontendServices services;
  private final LogSources sources;
  private final Executor blocking;
  private final LogLines lines = new LogLines();

  LogRoutes(FrontendServices services, LogSources sources, Executor blocking) {
    this.services = services;
    this.sources = sources;
    this.blocking = blocking;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/jobs/{id}/log/lines",
            Set.of("from_line", "lines", "tail", "q", "step", "stream", "attempt"),
            this::show));
  }

  private CompletionStage<HttpResponse> show(Exchange exchange) {
    JobId id = exchange.id("job", JobId::of);
    List<Problem.Wrong> wrongs = new ArrayList<>();
    LogPage.Question question = question(exchange, wrongs);
    OptionalLong attempt = number(exchange, "attempt", Integer.MAX_VALUE, wrongs);
    if (!wrongs.isEmpty()) {
      throw Problem.badRequest(wrongs);
    }
    return services
        .readModel()
        .job(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("job", id.value())))
        .thenCompose(job -> find(job, attempt))
        .thenCompose(found -> CompletableFuture.supplyAsync(() -> read(found, question), blocking));
  }

  private CompletionStage<LogSources.Found> find(JobView job, OptionalLong attempt) {
    return attempt.isPresent() ? sources.of(job, (int) attempt.getAsLong()) : sources.newest(job);
  }

  private HttpResponse read(LogSources.Found found, LogPage.Question question) {
    try (LogBytes bytes = found.bytes()) {
      LogPage page = lines.read(bytes, question);
      ObjectNode body = Json.MAPPER.createObjectNode();
      body.put("attempt", found.attempt());
      body.set("items", Json.MAPPER.valueToTree(page.items()));
      body.set("next", Json.MAPPER.valueToTree(page.next()));
      body.set("lines", Json.MAPPER.valueToTree(page.lines()));
      body.set("bytes", Json.MAPPER.valueToTree(bytes.size()));
      body.put("growing", bytes.size().isEmpty());
      return Responses.ok(body);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read a log", e);
    }
  }

  private static LogPage.Question question(Exchange exchange, List<Problem.Wrong> wrongs) {
    OptionalLong from = number(exchange, "from_line", Long.MAX_VALUE / 2, wrongs);
    OptionalLong most = number(exchange, "lines", MOST_LINES, wrongs);
    OptionalLong tail = number(exchange, "tail", MOST_LINES, wrongs);
    if (tail.isPresent() && (from.isPresent() || most.isPresent())) {
      wrongs.add(new Problem.Wrong("?tail", "cannot be given with from_line or lines"));
    }
    Optional<String> stream = text(exchange, "stream", wrongs);
    if (stream.filter(word -> !STREAMS.contains(word)).isPresent()) {
      wrongs.add(new Problem.Wrong("?stream", "must be one of " + String.join(", ", STREAMS)));
    }
    return new LogPage.Question(
        from.orElse(1),
        (int) tail.orElse(most.orElse(DEFAULT_LINES)),
        tail.isPresent(),
        text(exchange, "q", wrongs),
        text(exchange, "step", wrongs),
        stream.map("refinery"::equals));
  }

  private static Optional<String> text(Exchange exchange, String name, List<Problem.Wrong> wrongs) {
    Optional<String> found = exchange.parameter(name).filter(text -> !text.isEmpty());
    if (found.filter(text -> text.length() > 1000).isPresent()) {
      wrongs.add(new Problem.Wrong("?" + name, "must be text of at most 1000 characters"));
    }
    return found;
  }

  private static OptionalLong number(
      Exchange exchange, String name, long most, List<Problem.Wrong> wrongs) {
    Optional<String> text = exchange.parameter(name).filter(said -> !said.isEmpty());
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    if (text.get().matches("\\d{1,18}")) {
      long number = Long.parseLong(text.get());
      if (number >= 1 && number <= most) {
        return OptionalLong.of(number);
      }
    }
    wrongs.add(new Problem.Wrong("?" + name, "must be an integer from 1 to " + most));
    return OptionalLong.empty();
  }
}
