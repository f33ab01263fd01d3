package refinery.transfer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import refinery.transfer.TransferException.CorruptTransfer;

/**
 * Sends GET requests and follows redirects by rules of our own: at most five, none that was visited
 * before, none from https to http. Nothing is decoded on the way. Thread-safe.
 */
final class HttpSource {
  private static final int MAX_REDIRECTS = 5;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final HttpClient client;
  private final TransferSettings settings;

  HttpSource(HttpClient client, TransferSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  /**
   * What we have of the object already.
   *
   * @param offset first byte wanted
   * @param validator strong ETag or Last-Modified of what the bytes before came from
   */
  record Resume(long offset, Optional<String> validator) {}

  /** The last response of the chain; its body is to be closed. */
  HttpResponse<ResponseChunks> open(URI url, Resume resume)
      throws TransferException, InterruptedException {
    Set<URI> visited = new HashSet<>();
    URI target = url;
    while (true) {
      visited.add(target);
      HttpResponse<ResponseChunks> response = send(target, resume);
      if (!REDIRECTS.contains(response.statusCode())) {
        return response;
      }
      response.body().close();
      target = redirect(target, response);
      if (visited.contains(target)) {
        throw new CorruptTransfer("the server redirects in a circle, to " + target);
      }
      if (visited.size() > MAX_REDIRECTS) {
        throw new CorruptTransfer(
            "more than " + MAX_REDIRECTS + " redirects, the last to " + target);
      }
    }
  }

  private HttpResponse<ResponseChunks> send(URI target, Resume resume)
      throws TransferException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target)
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(settings.stallTimeout())
            .header("Accept-Encoding", "identity")
            .header("User-Agent", settings.userAgent());
    if (resume.offset() > 0) {
      request.header("Range", "bytes=" + resume.offset() + "-");
      resume.validator().ifPresent(value -> request.header("If-Range", value));
    }
    try {
      return client.send(request.build(), information -> new ResponseChunks());
    } catch (IOException problem) {
      throw Problems.network(target.getHost(), problem);
    }
  }

  private static URI redirect(URI from, HttpResponse<?> response) throws CorruptTransfer {
    String location =
        response
            .headers()
            .firstValue("location")
            .orElseThrow(
                () ->
                    new CorruptTransfer(
                        "status " + response.statusCode() + " without a Location header"));
    URI target;
    try {
      target = from.resolve(location);
    } catch (IllegalArgumentException malformed) {
      throw new CorruptTransfer("a redirect to a malformed address: " + location);
    }
    String scheme = String.valueOf(target.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http") || target.getHost() == null) {
      throw new CorruptTransfer("a redirect to something else than http: " + target);
    }
    if (scheme.equals("http") && from.getScheme().equalsIgnoreCase("https")) {
      throw new CorruptTransfer("a redirect from https to http is refused: " + target);
    }
    return target;
  }
}
