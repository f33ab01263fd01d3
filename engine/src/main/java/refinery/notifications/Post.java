package refinery.notifications;

import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import refinery.web.BoundedCall;

/** Posts JSON to one address. The time limit covers the whole answer. Thread-safe. */
record Post(HttpClient http, Address address, Duration timeout, String userAgent) {

  CompletionStage<Answer> send(String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.uri())
            .header("Content-Type", "application/json")
            .header("User-Agent", userAgent)
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    headers.forEach(request::header);
    return BoundedCall.sendAsync(
            http, request.build(), timeout, HttpResponse.BodyHandlers.discarding())
        .handle((response, failure) -> failure == null ? answer(response) : failed(failure));
  }

  private static Answer answer(HttpResponse<?> response) {
    return Answer.of(
        response.statusCode(), response.headers().firstValue("Retry-After"), Instant.now());
  }

  private Answer failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return new Answer.Unavailable(reason(cause), Optional.empty());
  }

  /** The reason of a failure in words, without the address, which may be a secret. */
  private String reason(Throwable cause) {
    if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
      return cause.getCause() instanceof UnresolvedAddressException
          ? "cannot connect: nobody knows this host's address"
          : "cannot connect";
    }
    if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
      return "no complete answer in " + timeout.toMillis() + " ms";
    }
    String message = cause.getMessage();
    return cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }
}
