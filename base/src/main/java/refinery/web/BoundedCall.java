package refinery.web;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a request with a time limit for the whole answer. The time-out of {@code HttpRequest} ends
 * with the headers before JDK 26 and covers the body from then on, so requests here must not set
 * one. When the handler hands out a stream, the limit ends with the headers, and the reader of the
 * stream has to watch for a stall ({@link StallWatch}).
 */
public final class BoundedCall {
  private static final Logger LOG = LoggerFactory.getLogger(BoundedCall.class);

  private BoundedCall() {}

  /**
   * As {@link HttpClient#send}, but within a limit. Blocks; an interrupt cancels the exchange.
   *
   * @throws HttpTimeoutException when the answer is not complete within the limit
   */
  public static <T> HttpResponse<T> send(
      HttpClient http, HttpRequest request, Duration atMost, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<T>> answer = sendAsync(http, request, atMost, handler);
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw new HttpTimeoutException(
            "no complete answer in " + atMost.toMillis() / 1000.0 + " s");
      }
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new IOException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  /**
   * The same without blocking. The future fails with a {@link TimeoutException} when the answer is
   * not complete within the limit. Cancelling the future cancels the exchange.
   */
  public static <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpClient http, HttpRequest request, Duration atMost, HttpResponse.BodyHandler<T> handler) {
    CompletableFuture<HttpResponse<T>> exchange = http.sendAsync(request, handler);
    CompletableFuture<HttpResponse<T>> answer = new CompletableFuture<>();
    exchange.whenComplete(
        (response, failure) -> {
          if (failure == null) {
            if (!answer.complete(response)) {
              close(response.body());
            }
          } else {
            boolean wrapped = failure instanceof CompletionException && failure.getCause() != null;
            answer.completeExceptionally(wrapped ? failure.getCause() : failure);
          }
        });
    answer.whenComplete((response, failure) -> exchange.cancel(true));
    return answer.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Closes a body that came after the limit, since nobody will read it. */
  private static void close(Object body) {
    if (body instanceof AutoCloseable stream) {
      try {
        stream.close();
      } catch (Exception gone) {
        LOG.debug("closing a late answer: {}", gone.getMessage());
      }
    }
  }
}
