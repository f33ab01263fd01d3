package refinery.http;

import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RemoteAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.http.access.Caller;
import refinery.http.access.Scope;
import refinery.protocol.Json;
import refinery.protocol.audit.AuditEntry;
import refinery.protocol.audit.AuditEntry.Outcome;
import refinery.protocol.audit.AuditLog;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;

/**
 * Notes in the audit log what requests change, before they are answered, so that what a client
 * knows to be done is in the log. Refusals of callers who are unknown, and of requests to read,
 * cannot fill the log: of each it gets so many a minute, and the number of the others. Requests to
 * read that show nothing are not noted at all: browsers send them before they sign in. Thread-safe.
 */
public final class AuditTrail {
  /** Set on a response by which somebody has signed in. */
  static final AttributeKey<Caller> SIGNED_IN = AttributeKey.create("signed-in", Caller.class);

  /** Set on a response: what the request asked for beyond its path. */
  static final AttributeKey<String> DETAIL = AttributeKey.create("detail", String.class);

  private static final int MOST_A_MINUTE = 60;
  private static final int SECONDS = 60;

  private final AuditLog log;
  private final String node;
  private final InstantSource clock;
  private final Few strangers = new Few("requests of unknown callers");
  private final Few readers = new Few("requests to read");

  /**
   * @param node how entries call this node
   */
  public AuditTrail(AuditLog log, String node, InstantSource clock) {
    this.log = log;
    this.node = node;
    this.clock = clock;
  }

  CompletionStage<Page<AuditLog.Stored>> entries(Filter filter) {
    return log.entries(filter);
  }

  /** The response, when the request is noted. A log that cannot be written delays nothing more. */
  CompletionStage<HttpResponse> noted(
      HttpRequest request,
      Optional<Routes.Match> match,
      Caller caller,
      String id,
      HttpResponse response) {
    boolean reads = Access.reads(request);
    if (reads && !isRefused(request, response)) {
      return CompletableFuture.completedFuture(response);
    }
    String note = "";
    if (reads || caller.means() == Caller.Means.NOTHING && response.status().intValue() >= 400) {
      Optional<String> others = (reads ? readers : strangers).room();
      if (others.isEmpty()) {
        return CompletableFuture.completedFuture(response);
      }
      note = others.get();
    }
    Caller who = response.getAttribute(SIGNED_IN).orElse(caller);
    return log.store(entry(request, match, who, id, response, note))
        .handle((stored, failed) -> response);
  }

  /** True if somebody was refused who had shown something, or who came from another page. */
  private static boolean isRefused(HttpRequest request, HttpResponse response) {
    return switch (response.status().intValue()) {
      case 403 -> true;
      case 401, 429 -> request.getHeader("Authorization").isPresent();
      default -> false;
    };
  }

  /** Room for so many entries a minute. */
  private final class Few {
    private final String what;
    private long minute;
    private int noted;
    private long left;

    Few(String what) {
      this.what = what;
    }

    /** Text for the next entry; empty if there is no room for one. */
    synchronized Optional<String> room() {
      long now = clock.instant().getEpochSecond() / SECONDS;
      String note = "";
      if (now != minute) {
        note = left == 0 ? "" : "; " + left + " more " + what + " were refused before";
        minute = now;
        noted = 0;
        left = 0;
      }
      if (noted >= MOST_A_MINUTE) {
        left++;
        return Optional.empty();
      }
      noted++;
      return Optional.of(note);
    }
  }

  private AuditEntry entry(
      HttpRequest request,
      Optional<Routes.Match> match,
      Caller caller,
      String id,
      HttpResponse response,
      String note) {
    String method = request.method().value();
    String path = request.getUri().path();
    return new AuditEntry(
        AuditEntry.Kind.PERSON,
        caller.actor().name(),
        caller.scope() == Scope.NONE ? "" : caller.scope().word(),
        caller.means().name().toLowerCase(Locale.ROOT),
        match
            .map(found -> method + " " + found.endpoint().template().replaceFirst("^/api/v1", ""))
            .orElse(method),
        subject(match, response),
        path,
        client(request).map(InetAddress::getHostAddress).orElse(""),
        header(request, "X-Forwarded-For"),
        response.status().intValue(),
        outcome(response.status().intValue()),
        (detail(response) + note).replaceFirst("^; ", ""),
        id,
        node);
  }

  static Optional<InetAddress> client(HttpRequest request) {
    return request.getAttribute(AttributeKeys.remoteAddress).flatMap(RemoteAddress::getAddress);
  }

  private static String header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value).orElse("");
  }

  /** What is named in the path, or else what was made. */
  private static String subject(Optional<Routes.Match> match, HttpResponse response) {
    Map<String, String> variables = match.map(Routes.Match::variables).orElse(Map.of());
    return variables.values().stream()
        .findFirst()
        .or(
            () ->
                response.getHeader("Location").map(place -> place.value().replaceFirst(".*/", "")))
        .orElse("");
  }

  private static Outcome outcome(int status) {
    return switch (status) {
      case 401, 403, 429 -> Outcome.REFUSED;
      default -> status < 400 ? Outcome.DONE : Outcome.FAILED;
    };
  }

  private static String detail(HttpResponse response) {
    Optional<String> said = response.getAttribute(DETAIL);
    if (said.isPresent()) {
      return said.get();
    }
    if (response.status().intValue() >= 400
        && response.entity() instanceof HttpEntity.Strict strict) {
      try {
        return Json.MAPPER.readTree(strict.getData().toArray()).path("detail").asText();
      } catch (IOException noProblem) {
        return "";
      }
    }
    return "";
  }
}
