package refinery.http.dashboard;

import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Serves the dashboard: its one page at the address of every room, and its files below {@code
 * /dashboard/DIGEST/}, where the digest is that of all files together, so that they may be kept for
 * ever. What is served holds no data, so it needs no token. Only names that the program has are
 * looked up. Thread-safe.
 */
public final class Dashboard {
  /** First segments of the addresses that are pages. The same are in {@code app.js}. */
  public static final Set<String> ROOMS =
      Set.of(
          "",
          "surveys",
          "inbox",
          "batches",
          "compare",
          "jobs",
          "failures",
          "nodes",
          "cluster",
          "sources",
          "datasets",
          "schedules",
          "audit",
          "docs",
          "signin");

  private static final String FILES = "/dashboard/";
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src"
          + " 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors"
          + " 'none'";

  /** What the first paint needs, which the page asks for before its scripts do. */
  private static final String PRELOADED = "lib/.*\\.js|vendor/.*\\.js|views/(jump|keys)\\.js";

  private final Map<String, Asset> files = new TreeMap<>();
  private final Asset page;
  private final String base;

  /**
   * Reads all files of the dashboard into memory.
   *
   * @throws java.io.UncheckedIOException if the program is damaged
   */
  public Dashboard() {
    Map<String, byte[]> read = Assets.read();
    read.forEach((name, bytes) -> files.put(name, Asset.of(name, bytes)));
    String all = files.values().stream().map(Asset::etag).collect(Collectors.joining());
    base = FILES + Asset.digest(all.getBytes(StandardCharsets.UTF_8)) + "/";
    String preloads =
        files.keySet().stream()
            .filter(name -> name.matches(PRELOADED))
            .map(name -> "<link rel=\"modulepreload\" href=\"" + base + name + "\">")
            .collect(Collectors.joining("\n"));
    String index = new String(read.get("index.html"), StandardCharsets.UTF_8);
    page =
        Asset.of(
            "index.html",
            index
                .replace("{{base}}/", base)
                .replace("{{preloads}}", preloads)
                .getBytes(StandardCharsets.UTF_8));
    files.remove("index.html");
  }

  /** The names of all files and their compressed sizes in bytes, the page included. */
  Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new TreeMap<>(Map.of("index.html", page.gzip().size()));
    files.forEach((name, asset) -> sizes.put(name, asset.gzip().size()));
    return sizes;
  }

  /** Whether the dashboard answers this request, and not the API. */
  public boolean serves(HttpRequest request) {
    String path = request.getUri().path();
    return isRead(request)
        && (path.startsWith(FILES) || ROOMS.contains(room(path)) || isLost(request, path));
  }

  /** The response to a request that it {@link #serves}. */
  public HttpResponse answer(HttpRequest request) {
    String path = request.getUri().path();
    if (path.startsWith(FILES)) {
      return file(request, path);
    }
    HttpResponse response = respond(request, page, "no-cache");
    return ROOMS.contains(room(path)) || response.status().intValue() == 304
        ? response
        : response.withStatus(404);
  }

  private HttpResponse file(HttpRequest request, String path) {
    int end = path.indexOf('/', FILES.length());
    Optional<Asset> asset = Optional.ofNullable(files.get(path.substring(end + 1)));
    // Under another digest, as pages that were open during an update ask, a file is not kept.
    boolean current = path.startsWith(base);
    return asset
        .map(
            found ->
                respond(
                    request, found, current ? "public, max-age=31536000, immutable" : "no-cache"))
        .orElseGet(() -> HttpResponse.create().withStatus(404).addHeader(nosniff()));
  }

  private static HttpResponse respond(HttpRequest request, Asset asset, String caching) {
    HttpResponse response =
        HttpResponse.create()
            .addHeader(RawHeader.create("ETag", asset.etag()))
            .addHeader(RawHeader.create("Cache-Control", caching))
            .addHeader(RawHeader.create("Vary", "Accept-Encoding"))
            .addHeader(RawHeader.create("Content-Security-Policy", POLICY))
            .addHeader(nosniff());
    if (header(request, "If-None-Match").contains(asset.etag())) {
      return response.withStatus(304);
    }
    boolean compressed = header(request, "Accept-Encoding").contains("gzip");
    HttpResponse whole =
        response.withEntity(
            HttpEntities.create(asset.type(), compressed ? asset.gzip() : asset.plain()));
    return compressed ? whole.addHeader(RawHeader.create("Content-Encoding", "gzip")) : whole;
  }

  private static RawHeader nosniff() {
    return RawHeader.create("X-Content-Type-Options", "nosniff");
  }

  /** A person who asks for a page that there is none of; programs get a problem. */
  private static boolean isLost(HttpRequest request, String path) {
    return header(request, "Accept").contains("text/html")
        && !Set.of("api", "ga4gh", "metrics").contains(room(path));
  }

  private static boolean isRead(HttpRequest request) {
    String method = request.method().value();
    return method.equals("GET") || method.equals("HEAD");
  }

  private static String room(String path) {
    String rest = path.substring(Math.min(1, path.length()));
    int end = rest.indexOf('/');
    return end < 0 ? rest : rest.substring(0, end);
  }

  private static String header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value).orElse("");
  }
}
