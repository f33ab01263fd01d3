package refinery.transfer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import refinery.archive.AllowedHosts;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.RefusedTransfer;
import refinery.web.BoundedCall;

/**
 * Sends GET requests, to hosts that the configuration names only, and follows redirects by rules of
 * our own: at most five, none that was visited before, none from https to http. Nothing is decoded
 * on the way. Thread-safe.
 */
final class HttpSource {
  private static final int MAX_REDIRECTS = 5;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final HttpClient client;
  private final TransferSettings settings;
  private final AllowedHosts hosts;

  HttpSource(HttpClient client, TransferSettings settings, AllowedHosts hosts) {
    this.client = client;
    this.settings = settings;
    this.hosts = hosts;
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
    Optional<String> refusal = hosts.refusal(url);
    if (refusal.isPresent()) {
      throw new RefusedTransfer(refusal.get());
    }
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
            .header("Accept-Encoding", "identity")
            .header("User-Agent", settings.userAgent());
    if (resume.offset() > 0) {
      request.header("Range", "bytes=" + resume.offset() + "-");
      resume.validator().ifPresent(value -> request.header("If-Range", value));
    }
    try {
      return BoundedCall.send(
          client, request.build(), settings.stallTimeout(), information -> new ResponseChunks());
    } catch (IOException problem) {
      throw Problems.network(target.getHost(), problem);
    }
  }

  private URI redirect(URI from, HttpResponse<?> response) throws TransferException {
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
      throw new CorruptTransfer("a redirect to a malformed address");
    }
    Optional<String> refusal = hosts.refusal(from, target);
    if (refusal.isPresent()) {
      throw new RefusedTransfer("a redirect is refused: " + refusal.get());
    }
    return target;
  }
}
