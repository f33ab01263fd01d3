package refinery.transfer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import refinery.archive.AllowedHosts;
import refinery.hosts.HostGate;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.ExhaustedTransfer;
import refinery.transfer.TransferException.RefusedTransfer;
import refinery.transfer.TransferException.TransientTransfer;
import refinery.web.BoundedCall;

/**
 * Sends GET requests to hosts that the configuration allows, when the cluster's gate lets them. A
 * host that counts as away is waited for; that is no failure of the file. Follows at most five
 * redirects, none to an address that was visited and none from https to http. Bodies are not
 * decoded. Thread-safe.
 */
final class HttpSource {
  private static final int MAX_REDIRECTS = 5;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** What says nothing of the file: the host cannot serve now. */
  private static final Set<Integer> UNAVAILABLE = Set.of(429, 502, 503, 504);

  private final HttpClient client;
  private final TransferSettings settings;
  private final AllowedHosts hosts;
  private final HostGate gate;

  HttpSource(HttpClient client, TransferSettings settings, AllowedHosts hosts, HostGate gate) {
    this.client = client;
    this.settings = settings;
    this.hosts = hosts;
    this.gate = gate;
  }

  /**
   * How to continue a download.
   *
   * @param offset first byte wanted
   * @param validator strong ETag or Last-Modified of the version that the bytes before came from
   * @param last the last byte wanted; empty: to the end
   */
  record Resume(long offset, Optional<String> validator, OptionalLong last) {}

  /**
   * Returns the response at the end of the redirects, with any status. The caller closes its body.
   */
  HttpResponse<ResponseChunks> open(URI url, Resume resume, HostGate.Caller caller)
      throws TransferException, InterruptedException {
    Set<URI> visited = new HashSet<>();
    URI target = url;
    Optional<String> refusal = hosts.refusal(url);
    if (refusal.isPresent()) {
      throw new RefusedTransfer(refusal.get());
    }
    while (true) {
      visited.add(target);
      HttpResponse<ResponseChunks> response = send(target, resume, caller);
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

  /** A body of this address broke off. */
  void broke(URI address, HostGate.Caller caller, String reason) throws InterruptedException {
    boolean away = gate.failed(address, caller, reason, Optional.empty());
    if (away) {
      caller.waits().accept(address.getHost() + " counts as away: " + reason);
    }
  }

  private HttpResponse<ResponseChunks> send(URI target, Resume resume, HostGate.Caller caller)
      throws TransferException, InterruptedException {
    while (true) {
      Optional<String> away = gate.enter(target, caller);
      if (away.isPresent()) {
        throw new ExhaustedTransfer(away.get());
      }
      try {
        HttpResponse<ResponseChunks> response =
            BoundedCall.send(
                client,
                request(target, resume),
                settings.stallTimeout(),
                information -> new ResponseChunks());
        if (!UNAVAILABLE.contains(response.statusCode())) {
          gate.answered(target);
          return response;
        }
        Refusal refusal = Refusal.of(response, settings.maxBackoff(), Instant.now());
        String reason = "answered " + response.statusCode();
        if (!(refusal.problem() instanceof TransientTransfer)
            || !gate.failed(target, caller, reason, refusal.retryAfter())) {
          return response;
        }
        response.body().close();
      } catch (IOException problem) {
        TransientTransfer network = Problems.network(target.getHost(), problem);
        if (!gate.failed(target, caller, network.getMessage(), Optional.empty())) {
          throw network;
        }
      }
    }
  }

  private HttpRequest request(URI target, Resume resume) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target)
            .version(version(target))
            .header("Accept-Encoding", "identity")
            .header("User-Agent", settings.userAgent());
    if (resume.offset() > 0 || resume.last().isPresent()) {
      String last = resume.last().isPresent() ? Long.toString(resume.last().getAsLong()) : "";
      request.header("Range", "bytes=" + resume.offset() + "-" + last);
      resume.validator().ifPresent(value -> request.header("If-Range", value));
    }
    return request.build();
  }

  /** Without TLS an upgrade would have to be asked for, which many servers answer wrongly. */
  private HttpClient.Version version(URI target) {
    boolean http2 = settings.http2() && "https".equalsIgnoreCase(target.getScheme());
    return http2 ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1;
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
