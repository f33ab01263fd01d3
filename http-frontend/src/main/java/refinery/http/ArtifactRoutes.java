package refinery.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.protocol.query.BatchView.ArtifactView;

/** Serves the bytes of artifacts. They never change, so the digest is the entity tag. */
final class ArtifactRoutes {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  private final FrontendServices services;
  private final Executor blocking;

  ArtifactRoutes(FrontendServices services, Executor blocking) {
    this.services = services;
    this.blocking = blocking;
  }

  List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/api/v1/artifacts/{id}", this::serve).accepting());
  }

  private CompletionStage<HttpResponse> serve(Exchange exchange) {
    String sha256 = exchange.path().get("id");
    if (!DIGEST.matcher(sha256).matches()) {
      throw Problem.notFound("artifact", "'" + sha256 + "' (64 lower-case hex digits name one)");
    }
    return services
        .readModel()
        .artifact(sha256)
        .thenCompose(
            found -> {
              ArtifactView artifact = found.orElseThrow(() -> Problem.notFound("artifact", sha256));
              if (matches(exchange.header("If-None-Match"), etag(artifact))) {
                return CompletableFuture.completedFuture(
                    described(HttpResponse.create().withStatus(304), artifact));
              }
              return CompletableFuture.supplyAsync(() -> stored(sha256), blocking)
                  .thenApply(stored -> bytes(exchange, artifact, stored));
            });
  }

  /**
   * The size of the stored object; fails if storage lacks it. The response opens the object again
   * when the client takes the first byte.
   */
  private long stored(String sha256) {
    try {
      Optional<SeekableByteChannel> channel = services.artifactBytes().open(sha256);
      if (channel.isEmpty()) {
        throw Problem.of(
            500, "artifact " + sha256 + " is listed, but permanent storage does not have it");
      }
      try (SeekableByteChannel open = channel.get()) {
        return open.size();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read artifact " + sha256, e);
    }
  }

  private HttpResponse bytes(Exchange exchange, ArtifactView artifact, long size) {
    Optional<String> condition = exchange.header("If-Range");
    Optional<Matcher> range =
        exchange
            .header("Range")
            .filter(text -> condition.isEmpty() || matches(condition, etag(artifact)))
            .map(text -> RANGE.matcher(text.replace(" ", "")))
            .filter(Matcher::matches)
            .filter(found -> !(found.group(1).isEmpty() && found.group(2).isEmpty()));
    if (range.isEmpty()) {
      HttpResponse whole = described(entity(HttpResponse.create(), artifact, 0, size), artifact);
      return exchange.isHead() ? whole.addHeader(new ContentLength(size)) : whole;
    }
    String first = range.get().group(1);
    String last = range.get().group(2);
    long from = first.isEmpty() ? Math.max(0, size - Long.parseLong(last)) : Long.parseLong(first);
    long to =
        first.isEmpty() || last.isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(last));
    if (from >= size || to < from) {
      throw Problem.of(
          416, "the artifact has " + size + " bytes", Map.of("Content-Range", "bytes */" + size));
    }
    HttpResponse part =
        HttpResponse.create()
            .withStatus(206)
            .addHeader(RawHeader.create("Content-Range", "bytes " + from + "-" + to + "/" + size));
    return described(entity(part, artifact, from, to - from + 1), artifact);
  }

  private HttpResponse entity(
      HttpResponse response, ArtifactView artifact, long from, long length) {
    ContentType type = type(artifact.mediaType());
    if (length == 0) {
      return response.withEntity(HttpEntities.create(type, new byte[0]));
    }
    return response.withEntity(
        HttpEntities.create(
            type,
            length,
            Bytes.from(
                () ->
                    services
                        .artifactBytes()
                        .open(artifact.sha256())
                        .orElseThrow(
                            () -> new IOException("artifact " + artifact.sha256() + " went away")),
                from,
                length)));
  }

  /**
   * Adds the headers. Content comes from tools and archives, so a browser must not show it as a
   * page of this origin.
   */
  private static HttpResponse described(HttpResponse response, ArtifactView artifact) {
    return response
        .addHeader(RawHeader.create("ETag", etag(artifact)))
        .addHeader(RawHeader.create("Accept-Ranges", "bytes"))
        .addHeader(RawHeader.create("Cache-Control", "private, max-age=31536000, immutable"))
        .addHeader(RawHeader.create("X-Content-Type-Options", "nosniff"))
        .addHeader(RawHeader.create("Content-Disposition", disposition(artifact.name())));
  }

  /**
   * The Content-Disposition of RFC 6266: an ASCII name for old clients, and the real one encoded.
   */
  private static String disposition(String name) {
    String file = name.substring(name.lastIndexOf('/') + 1);
    String plain = file.replaceAll("[^A-Za-z0-9._ -]", "_");
    String encoded =
        URLEncoder.encode(file, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
  }

  private static String etag(ArtifactView artifact) {
    return "\"" + artifact.sha256() + "\"";
  }

  private static boolean matches(Optional<String> header, String etag) {
    return header.isPresent() && (header.get().strip().equals("*") || header.get().contains(etag));
  }

  private static ContentType type(String mediaType) {
    try {
      return ContentTypes.parse(mediaType);
    } catch (IllegalArgumentException e) {
      return ContentTypes.APPLICATION_OCTET_STREAM;
    }
  }
}
