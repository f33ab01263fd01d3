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
 * A request with a time limit of our own. The JDK's ends with the headers until release 26, and
 * covers the body from then on; so a request here has none. The limit holds for what the handler
 * waits for: the whole answer, or the headers where it hands out a stream, whose silence its reader
 * watches.
 */
public final class BoundedCall {
  private static final Logger LOG = LoggerFactory.getLogger(BoundedCall.class);

  private BoundedCall() {}

  /**
   * As {@link HttpClient#send}, within a limit.
   *
   * @throws HttpTimeoutException when the answer is not complete by then; a handler that hands out
   *     a stream is complete with the headers
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
   * The same without blocking. Fails with a {@link TimeoutException} when the answer is not
   * complete by then; the exchange is ended whenever this future ends.
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

  /** A stream that came too late: nobody will read it. */
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
