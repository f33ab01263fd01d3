package refinery.http.dashboard;

import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Serves the dashboard: its one page at the address of every room, and its files below {@code
 * /dashboard/DIGEST/}, where the digest is that of all files together, so that they may be kept for
 * ever. What is served holds no data, so it needs no token. Only names that the program has are
 * looked up. Thread-safe.
 */
public final class Dashboard {
  private static final String FILES = "/dashboard/";
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src"
          + " 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors"
          + " 'none'";

  /** What the first paint of every page needs. */
  private static final String PRELOADED = "lib/.*\\.js|vendor/.*\\.js|views/(jump|keys)\\.js";

  /** A room in {@code app.js}: its address and the files of its views. */
  private static final Pattern ROOM =
      Pattern.compile("\\{path: '/([a-z]*)',[^}]* files: \\[([^\\]]*)]");

  private static final Pattern NAME = Pattern.compile("'([a-z-]+)'");
  private static final Pattern IMPORTED = Pattern.compile("from '\\./([a-z-]+)\\.js'");

  private final Map<String, Asset> files = new TreeMap<>();

  /** By the first segment of their addresses. */
  private final Map<String, Asset> pages = new TreeMap<>();

  private final String base;

  /**
   * Reads all files of the dashboard into memory.
   *
   * @throws java.io.UncheckedIOException if the program is damaged
   */
  public Dashboard() {
    Assets.read().forEach((name, bytes) -> files.put(name, Asset.of(name, bytes)));
    String all = files.values().stream().map(Asset::etag).collect(Collectors.joining());
    base = FILES + Asset.digest(all.getBytes(StandardCharsets.UTF_8)) + "/";
    ROOM.matcher(text("app.js"))
        .results()
        .forEach(room -> pages.put(room.group(1), page(viewsOf(room.group(2)))));
    files.remove("index.html");
  }

  /** The page with what it asks for before its scripts do: the libraries, and these views. */
  private Asset page(Set<String> views) {
    String preloads =
        files.keySet().stream()
            .filter(name -> name.matches(PRELOADED) || views.contains(name))
            .map(name -> "<link rel=\"modulepreload\" href=\"" + base + name + "\">")
            .collect(Collectors.joining("\n"));
    return Asset.of(
        "index.html",
        text("index.html")
            .replace("{{base}}/", base)
            .replace("{{preloads}}", preloads)
            .getBytes(StandardCharsets.UTF_8));
  }

  /** The files of some views, given as in {@code app.js}, and of those that they are made of. */
  private Set<String> viewsOf(String names) {
    Deque<String> open = new ArrayDeque<>();
    NAME.matcher(names).results().forEach(name -> open.add("views/" + name.group(1) + ".js"));
    Set<String> views = new TreeSet<>();
    while (!open.isEmpty()) {
      String view = open.remove();
      if (views.add(view)) {
        IMPORTED
            .matcher(text(view))
            .results()
            .forEach(name -> open.add("views/" + name.group(1) + ".js"));
      }
    }
    return views;
  }

  private String text(String name) {
    return files.get(name).plain().utf8String();
  }

  /** The first segments of the addresses that are pages. */
  Set<String> rooms() {
    return pages.keySet();
  }

  /** The names of all files and their compressed sizes in bytes, the page included. */
  Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new TreeMap<>(Map.of("index.html", pages.get("").gzip().size()));
    files.forEach((name, asset) -> sizes.put(name, asset.gzip().size()));
    return sizes;
  }

  /** Whether the dashboard answers this request, and not the API. */
  public boolean serves(HttpRequest request) {
    String path = request.getUri().path();
    return isRead(request)
        && (path.startsWith(FILES) || pages.containsKey(room(path)) || isLost(request, path));
  }

  /** The response to a request that it {@link #serves}. */
  public HttpResponse answer(HttpRequest request) {
    String path = request.getUri().path();
    if (path.startsWith(FILES)) {
      return file(request, path);
    }
    String room = room(path);
    Asset page = pages.getOrDefault(room, pages.get(""));
    HttpResponse response = respond(request, page, "no-cache");
    return pages.containsKey(room) || response.status().intValue() == 304
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
