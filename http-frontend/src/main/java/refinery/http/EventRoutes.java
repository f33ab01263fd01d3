package refinery.http;

import akka.NotUsed;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.Pair;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Gauge;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import refinery.protocol.Json;
import refinery.protocol.query.ReadModel.RecordedEvent;

/**
 * Streams every event as server-sent events, whose id is the place in the journal. A page is
 * fetched only when the client has taken the page before, so a slow reader slows only itself. A
 * summary of them, which says only what changed, is made once for all its readers.
 */
final class EventRoutes {
  private static final ByteString HEARTBEAT = ByteString.fromString(": still here\n\n");

  private final ActorSystem<?> system;
  private final FrontendServices services;
  private final HttpConfig config;
  private final ActorRef<EventFeed.Command> feed;
  private final ActorRef<SummaryFeed.Command> summaries;
  private final OpenStreams readers;

  EventRoutes(ActorSystem<?> system, FrontendServices services, HttpConfig config) {
    this.system = system;
    this.services = services;
    this.config = config;
    this.readers = new OpenStreams(config.events().maxReaders(), System::nanoTime);
    Gauge.builder("refinery.http.event.readers", readers, OpenStreams::taken)
        .description("Open event streams")
        .strongReference(true)
        .register(FrontendExtension.get(system).meters().registry());
    this.feed =
        system.systemActorOf(
            EventFeed.create(services.readModel(), config.events()),
            "event-feed-" + java.util.UUID.randomUUID(),
            Props.empty());
    this.summaries =
        system.systemActorOf(
            SummaryFeed.create(services.readModel().overview(), config.events().heartbeat()),
            "summary-feed-" + java.util.UUID.randomUUID(),
            Props.empty());
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/api/v1/events", Set.of("after", "summary"), this::stream)
            .accepting("text/event-stream"));
  }

  private CompletionStage<HttpResponse> stream(Exchange exchange) {
    boolean summary = isSummary(exchange.parameter("summary").orElse("false"));
    Optional<Long> wanted =
        exchange
            .header("Last-Event-ID")
            .filter(text -> !text.isBlank())
            .or(() -> exchange.parameter("after"))
            .map(EventRoutes::cursor);
    return services
        .readModel()
        .lastOrdering()
        .thenApply(
            last -> {
              long start = wanted.isPresent() ? Math.min(wanted.get(), last) : last;
              return HttpResponse.create()
                  .withEntity(
                      HttpEntities.createChunked(
                          MediaTypes.TEXT_EVENT_STREAM.toContentType(),
                          exchange.isHead() ? Source.empty() : admitted(start, summary)))
                  .addHeader(RawHeader.create("Cache-Control", "no-store"))
                  .addHeader(RawHeader.create("X-Accel-Buffering", "no"));
            });
  }

  private static long cursor(String text) {
    if (!text.strip().matches("\\d{1,18}")) {
      throw Problem.of(400, "Last-Event-ID must be the id of an event of this stream");
    }
    return Long.parseLong(text.strip());
  }

  private static boolean isSummary(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw Problem.badRequest("?summary", "must be true or false");
    };
  }

  private Source<ByteString, NotUsed> admitted(long start, boolean summary) {
    OpenStreams.Place place =
        readers
            .take(this)
            .orElseThrow(
                () ->
                    Problem.unavailable(
                        "there are "
                            + config.events().maxReaders()
                            + " readers of this stream already"));
    String first = "retry: 2000\nid: " + start + "\n";
    return Source.single(
            ByteString.fromString(
                first + (summary ? SummaryFeed.beat(start, config.events().heartbeat()) : "\n")))
        .concat(Source.unfoldAsync(start, summary ? this::nextSummary : this::next))
        .via(place.watch());
  }

  private CompletionStage<Optional<Pair<Long, ByteString>>> next(long cursor) {
    CompletionStage<EventFeed.News> asked =
        AskPattern.ask(
            feed,
            replyTo -> new EventFeed.Next(cursor, replyTo),
            config.events().heartbeat().plus(config.askTimeout()),
            system.scheduler());
    return asked.thenApply(
        news ->
            Optional.of(
                Pair.create(
                    news.cursor(),
                    news.events().isEmpty()
                        ? HEARTBEAT
                        : news.events().stream()
                            .map(this::text)
                            .reduce(ByteString.emptyByteString(), ByteString::concat))));
  }

  private CompletionStage<Optional<Pair<Long, ByteString>>> nextSummary(long cursor) {
    CompletionStage<SummaryFeed.News> asked =
        AskPattern.ask(
            summaries,
            replyTo -> new SummaryFeed.Next(cursor, replyTo),
            config.events().heartbeat().plus(config.askTimeout()),
            system.scheduler());
    return asked.thenApply(news -> Optional.of(Pair.create(news.cursor(), news.bytes())));
  }

  private ByteString text(RecordedEvent event) {
    ByteString data = Responses.bytes(event);
    if (data.size() > config.events().maxEvent()) {
      ObjectNode cut = Json.MAPPER.valueToTree(event);
      cut.putNull("event").put("truncated", true);
      data = Responses.bytes(cut);
    }
    return ByteString.fromString("id: " + event.ordering() + "\ndata: ")
        .concat(data)
        .concat(ByteString.fromString("\n\n"));
  }
}
