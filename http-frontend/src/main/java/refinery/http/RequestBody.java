package refinery.http;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.RequestEntity;
import akka.http.scaladsl.model.EntityStreamException;
import akka.stream.Materializer;
import akka.stream.StreamLimitReachedException;
import akka.util.ByteString;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import refinery.protocol.Json;

/** Reads JSON objects strictly: trailing text and repeated fields are refused. Thread-safe. */
final class RequestBody {
  private static final Pattern JSON_TYPE =
      Pattern.compile("application/(json|[a-z0-9.+-]+\\+json)");
  private static final ObjectReader READER =
      Json.MAPPER
          .readerFor(JsonNode.class)
          .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** A body larger than this many times the largest one is not read; its connection is closed. */
  private static final long DRAINED_BODIES = 16;

  private final Materializer materializer;
  private final HttpConfig config;

  RequestBody(Materializer materializer, HttpConfig config) {
    this.materializer = materializer;
    this.config = config;
  }

  CompletionStage<ObjectNode> read(HttpRequest request, Endpoint.Body kind) {
    return switch (kind) {
      case NONE -> {
        discard(request);
        yield CompletableFuture.completedFuture(Json.MAPPER.createObjectNode());
      }
      case OPTIONAL, REQUIRED ->
          bytes(request)
              .thenApply(
                  bytes -> {
                    if (bytes.isEmpty()) {
                      return empty(kind);
                    }
                    checkType(request.entity());
                    return parse(bytes.toArrayUnsafe());
                  });
    };
  }

  /** Discards the body, since an unread one would block the connection. */
  void discard(HttpRequest request) {
    if (!request.entity().isStrict()) {
      request.discardEntityBytes(materializer);
    }
  }

  /**
   * Reads the body. One that is too large is read to its end (up to a limit) and forgotten. A
   * response sent while the client still writes would close the connection, and the client would
   * never see it.
   */
  private CompletionStage<ByteString> bytes(HttpRequest request) {
    RequestEntity entity = request.entity();
    long drained = config.maxBody() * DRAINED_BODIES;
    if (entity.getContentLengthOption().orElse(0) > drained) {
      discard(request);
      throw tooLarge();
    }
    return entity
        .withoutSizeLimit()
        .getDataBytes()
        .limitWeighted(drained, part -> (long) part.size())
        .completionTimeout(config.bodyTimeout())
        .runFold(
            new Received(ByteString.emptyByteString(), false),
            (received, part) -> received.plus(part, config.maxBody()),
            materializer)
        .exceptionally(
            error -> {
              throw refused(error);
            })
        .thenApply(
            received -> {
              if (received.tooLarge) {
                throw tooLarge();
              }
              return received.bytes;
            });
  }

  private record Received(ByteString bytes, boolean tooLarge) {
    Received plus(ByteString part, long limit) {
      return tooLarge || bytes.size() + (long) part.size() > limit
          ? new Received(ByteString.emptyByteString(), true)
          : new Received(bytes.concat(part), false);
    }
  }

  private RuntimeException refused(Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof StreamLimitReachedException) {
      return tooLarge();
    }
    if (cause instanceof TimeoutException) {
      return Problem.of(
          408,
          "the request's body did not arrive within " + config.bodyTimeout().toSeconds() + " s");
    }
    if (cause instanceof EntityStreamException) {
      return Problem.of(400, "the request's body is cut short or malformed");
    }
    return new CompletionException(cause);
  }

  private Problem tooLarge() {
    return Problem.of(413, "the request's body is larger than " + config.maxBody() + " bytes");
  }

  private static ObjectNode empty(Endpoint.Body kind) {
    if (kind == Endpoint.Body.REQUIRED) {
      throw Problem.badRequest("", "a JSON object is expected, but the body is empty");
    }
    return Json.MAPPER.createObjectNode();
  }

  private static void checkType(RequestEntity entity) {
    var type = entity.getContentType();
    String name = type.mediaType().mainType() + "/" + type.mediaType().subType();
    boolean unsaid = type.equals(ContentTypes.NO_CONTENT_TYPE);
    if (!unsaid && !JSON_TYPE.matcher(name).matches()) {
      throw Problem.of(
          415,
          "the body is " + name + "; send JSON, with the header 'Content-Type: application/json'");
    }
  }

  private static ObjectNode parse(byte[] bytes) {
    try {
      JsonNode node = READER.readValue(bytes);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw Problem.badRequest("", "must be a JSON object");
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw Problem.badRequest("", "is not JSON" + place + ": " + firstLine(said(e)));
    } catch (IOException e) {
      throw Problem.badRequest("", "is not JSON: " + firstLine(e.getMessage()));
    }
  }

  /** The message without the parser's notes about its source. */
  private static String said(JsonProcessingException e) {
    return e.getOriginalMessage()
        .replaceAll("\\(start marker at \\[[^\\]]*\\]\\)|\\[Source: [^\\]]*\\]", "")
        .strip();
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("unreadable");
  }
}
