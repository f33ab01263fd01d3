package refinery.http;

import akka.NotUsed;
import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RemoteAddress;
import akka.http.javadsl.model.ResponseEntity;
import akka.japi.function.Function;
import akka.stream.Materializer;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Sink;
import akka.util.ByteString;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import refinery.http.connections.ClientKey;
import refinery.http.connections.RequestPace;

/**
 * Stands before all that answers requests: it refuses a head that is too large, a client that asks
 * too often or has too many responses under way, and adds to every response the headers that
 * protect browsers. Thread-safe.
 */
public final class Guard implements Function<HttpRequest, CompletionStage<HttpResponse>> {
  private static final long serialVersionUID = 1L;

  /** Of all headers together; Akka limits each, and their number. */
  private static final int LARGEST_HEAD = 32 * 1024;

  /**
   * The limits of one client.
   *
   * @param streams responses that are sent piece by piece, at the same time
   */
  public record Limits(RequestPace.Limits pace, int streams) {}

  private final transient Limits limits;
  private final transient RequestPace pace;
  private final transient Predicate<HttpRequest> free;
  private final boolean httpsOnly;
  private final transient Materializer materializer;
  private final transient Function<HttpRequest, CompletionStage<HttpResponse>> handler;

  private final transient OpenStreams streams;

  /**
   * @param free requests that are always taken, such as health checks
   * @param httpsOnly whether browsers are told to use https for this host from now on
   */
  public Guard(
      Limits limits,
      Predicate<HttpRequest> free,
      boolean httpsOnly,
      Materializer materializer,
      Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
    this.limits = limits;
    this.pace = new RequestPace(limits.pace());
    this.streams = new OpenStreams(limits.streams(), System::nanoTime);
    this.free = free;
    this.httpsOnly = httpsOnly;
    this.materializer = materializer;
    this.handler = handler;
  }

  @Override
  public CompletionStage<HttpResponse> apply(HttpRequest request) throws Exception {
    Optional<Problem> refusal = refusal(request);
    if (refusal.isPresent()) {
      if (!request.entity().isStrict()) {
        request.discardEntityBytes(materializer);
      }
      return CompletableFuture.completedFuture(protect(Responses.problem(refusal.get())));
    }
    return handler
        .apply(request)
        .thenApply(response -> protect(counted(client(request), response)));
  }

  private HttpResponse protect(HttpResponse response) {
    return SecurityHeaders.on(response, httpsOnly);
  }

  private Optional<Problem> refusal(HttpRequest request) {
    int head = 0;
    for (HttpHeader header : request.getHeaders()) {
      head += header.name().length() + header.value().length();
    }
    if (head > LARGEST_HEAD) {
      return Optional.of(
          Problem.of(431, "the headers are larger than " + LARGEST_HEAD + " bytes together"));
    }
    Optional<InetAddress> client = client(request);
    if (client.isEmpty()
        || free.test(request)
        || (client.get().isLoopbackAddress() && !limits.pace().loopback())) {
      return Optional.empty();
    }
    return pace.ask(ClientKey.of(client.get()), System.nanoTime())
        .map(
            wait ->
                tooMuch(
                    "more than %d requests a second of one client (refinery.http.requests)"
                        .formatted(limits.pace().perSecond()),
                    wait));
  }

  private static Problem tooMuch(String what, Duration wait) {
    return Problem.of(
        429, what, Map.of("Retry-After", Long.toString(Math.max(1, wait.toSeconds() + 1))));
  }

  private static Optional<InetAddress> client(HttpRequest request) {
    return request.getAttribute(AttributeKeys.remoteAddress).flatMap(RemoteAddress::getAddress);
  }

  /** Counts a response that is sent piece by piece until its last piece. */
  private HttpResponse counted(Optional<InetAddress> from, HttpResponse response) {
    ResponseEntity entity = response.entity();
    if (entity.isStrict() || from.isEmpty()) {
      return response;
    }
    Optional<OpenStreams.Place> place = streams.take(ClientKey.of(from.get()));
    if (place.isEmpty()) {
      entity.getDataBytes().runWith(Sink.cancelled(), materializer);
      return Responses.problem(
          tooMuch(
              "this client has %d responses under way (refinery.http.requests.streams)"
                  .formatted(limits.streams()),
              Duration.ofSeconds(4)));
    }
    Flow<ByteString, ByteString, NotUsed> counting = place.get().watch();
    return entity.getContentLengthOption().isEmpty()
        ? response.transformEntityDataBytes(counting)
        : response.withEntity(
            HttpEntities.create(
                entity.getContentType(),
                entity.getContentLengthOption().getAsLong(),
                entity.getDataBytes().via(counting)));
  }
}
