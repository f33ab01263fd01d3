package refinery.client;

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

/**
 * A request whose timeout holds for the whole answer. The JDK's own ends with the headers (until
 * release 26), and a body that stops halfway keeps its reader for ever.
 */
public final class BoundedCall {
  private BoundedCall() {}

  /**
   * As {@link HttpClient#send}, within the timeout of the request, which must have one.
   *
   * @throws HttpTimeoutException when the answer is not complete by then; a handler that hands out
   *     a stream is complete with the headers
   */
  public static <T> HttpResponse<T> send(
      HttpClient http, HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<T>> answer = sendAsync(http, request, handler);
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw new HttpTimeoutException(
            "no complete answer in " + request.timeout().orElseThrow().toSeconds() + " s");
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
      HttpClient http, HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    Duration atMost = request.timeout().orElseThrow();
    CompletableFuture<HttpResponse<T>> exchange = http.sendAsync(request, handler);
    CompletableFuture<HttpResponse<T>> answer = new CompletableFuture<>();
    exchange.whenComplete(
        (response, failure) -> {
          if (failure == null) {
            answer.complete(response);
          } else {
            boolean wrapped = failure instanceof CompletionException && failure.getCause() != null;
            answer.completeExceptionally(wrapped ? failure.getCause() : failure);
          }
        });
    answer.whenComplete((response, failure) -> exchange.cancel(true));
    return answer.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }
}
