package refinery.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Sends requests as bytes, also those that no HTTP library would send, each on its own connection.
 */
final class RawClient {
  private static final int PATIENCE_MILLIS = 20_000;

  /** A request whose first line and headers go out as they are. */
  record Sent(String method, String target, List<String> headers, byte[] body) {
    byte[] bytes() throws IOException {
      StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
      headers.forEach(header -> head.append(header).append("\r\n"));
      head.append("Connection: close\r\n\r\n");
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.write(head.toString().getBytes(StandardCharsets.UTF_8));
      all.write(body);
      return all.toByteArray();
    }

    @Override
    public String toString() {
      String text = new String(body, StandardCharsets.UTF_8);
      return "%s %s %s %s".formatted(method, cut(target), cut(headers.toString()), cut(text));
    }

    private static String cut(String text) {
      return text.length() > 600 ? text.substring(0, 600) + "... (" + text.length() + ")" : text;
    }
  }

  /**
   * @param headers by lower-case name
   * @param body empty when it is a stream that does not end
   */
  record Answer(int status, Map<String, String> headers, byte[] body, boolean endless) {
    Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }

    String type() {
      return header("content-type").orElse("").split(";")[0].strip();
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  private final URI node;

  RawClient(URI node) {
    this.node = node;
  }

  String authority() {
    return node.getAuthority();
  }

  Answer send(Sent request) throws IOException {
    try (Socket socket = new Socket(node.getHost(), node.getPort())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request.bytes());
      socket.getOutputStream().flush();
      return read(socket.getInputStream(), request);
    }
  }

  private static Answer read(InputStream in, Sent request) throws IOException {
    String first = line(in);
    if (first.isEmpty()) {
      throw new IOException("closed without an answer");
    }
    Map<String, String> headers = new TreeMap<>();
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    int status = Integer.parseInt(first.split(" ")[1]);
    boolean chunked = headers.getOrDefault("transfer-encoding", "").equals("chunked");
    boolean events = headers.getOrDefault("content-type", "").startsWith("text/event-stream");
    boolean endless = chunked && (events || request.target().contains("follow="));
    byte[] body = new byte[0];
    if (!request.method().equals("HEAD") && !endless && status != 204 && status != 304) {
      body = chunked ? chunks(in) : in.readAllBytes();
    }
    return new Answer(status, headers, body, endless);
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int size = size(in); size > 0; size = size(in)) {
      all.write(in.readNBytes(size));
      line(in);
    }
    return all.toByteArray();
  }

  private static int size(InputStream in) throws IOException {
    String line = line(in);
    if (line.isEmpty()) {
      throw new IOException("the answer breaks off");
    }
    return Integer.parseInt(line.split(";")[0].strip(), 16);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int each = in.read(); each >= 0 && each != '\n'; each = in.read()) {
      if (each != '\r') {
        line.append((char) each);
      }
    }
    return line.toString();
  }
}
