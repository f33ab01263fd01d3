package refinery.localarchive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP/1.1 request with bounded headers and body.
 *
 * @param headers by lower-case name
 */
record Request(
    String method, String target, String version, Map<String, String> headers, byte[] body) {
  private static final int MOST_HEADER_BYTES = 32_768;
  private static final int MOST_BODY_BYTES = 1 << 20;

  /** A malformed request; the connection is closed after the response. */
  static final class BadRequest extends IOException {
    private static final long serialVersionUID = 1L;

    BadRequest(String message) {
      super(message);
    }
  }

  /** Reads the next request; empty when the client has closed the connection. */
  static Optional<Request> read(InputStream in) throws IOException {
    int[] budget = {MOST_HEADER_BYTES};
    Optional<String> start = line(in, budget);
    if (start.isEmpty()) {
      return Optional.empty();
    }
    String[] words = start.get().split(" ", -1);
    if (words.length != 3 || !words[1].startsWith("/")) {
      throw new BadRequest("not a request line");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    String header = line(in, budget).orElseThrow(EOFException::new);
    while (!header.isEmpty()) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new BadRequest("not a header: " + header);
      }
      String name = header.substring(0, colon).toLowerCase(Locale.ROOT);
      headers.put(name, header.substring(colon + 1).strip());
      header = line(in, budget).orElseThrow(EOFException::new);
    }
    return Optional.of(new Request(words[0], words[1], words[2], headers, body(in, headers)));
  }

  private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
    if (headers.containsKey("transfer-encoding")) {
      throw new BadRequest("send Content-Length, not Transfer-Encoding");
    }
    String length = headers.getOrDefault("content-length", "0");
    if (!length.matches("[0-9]{1,7}") || Integer.parseInt(length) > MOST_BODY_BYTES) {
      throw new BadRequest("the body may have " + MOST_BODY_BYTES + " bytes");
    }
    byte[] body = in.readNBytes(Integer.parseInt(length));
    if (body.length < Integer.parseInt(length)) {
      throw new EOFException();
    }
    return body;
  }

  private static Optional<String> line(InputStream in, int[] budget) throws IOException {
    StringBuilder line = new StringBuilder();
    int next = in.read();
    if (next < 0) {
      return Optional.empty();
    }
    while (next != '\n') {
      if (next < 0) {
        throw new EOFException();
      }
      if (--budget[0] < 0) {
        throw new BadRequest("headers may have " + MOST_HEADER_BYTES + " bytes");
      }
      if (next != '\r') {
        line.append((char) next);
      }
      next = in.read();
    }
    return Optional.of(line.toString());
  }

  /** The decoded path without a trailing slash. */
  String path() {
    int query = target.indexOf('?');
    String raw = query < 0 ? target : target.substring(0, query);
    String path = decode(raw.replace("+", "%2B"));
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** All values of a parameter: those of the query, then those of a form body. */
  List<String> parameters(String name) {
    List<String> values = new ArrayList<>();
    int query = target.indexOf('?');
    collect(query < 0 ? "" : target.substring(query + 1), name, values);
    if (headers.getOrDefault("content-type", "").startsWith("application/x-www-form-urlencoded")) {
      collect(new String(body, StandardCharsets.UTF_8), name, values);
    }
    return values;
  }

  String parameter(String name, String otherwise) {
    List<String> values = parameters(name);
    return values.isEmpty() ? otherwise : values.getFirst();
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  boolean keepsAlive() {
    String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
    return version.equals("HTTP/1.1") && !connection.contains("close");
  }

  private static void collect(String encoded, String name, List<String> values) {
    for (String pair : encoded.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0 && decode(pair.substring(0, equals)).equals(name)) {
        values.add(decode(pair.substring(equals + 1)));
      }
    }
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
