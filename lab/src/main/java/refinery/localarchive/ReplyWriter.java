package refinery.localarchive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sends one response, changed by at most one fault. Blocking; waits end early when {@code closed}
 * opens.
 */
final class ReplyWriter {
  private static final int CORRUPT_BYTES = 32;
  private static final int BUFFER = 1 << 16;
  private static final int DRIPS_PER_SECOND = 10;

  /** What to do with the connection afterwards. */
  enum Next {
    KEEP,
    CLOSE,
    RESET
  }

  private final OutputStream out;
  private final CountDownLatch closed;

  ReplyWriter(OutputStream out, CountDownLatch closed) {
    this.out = out;
    this.closed = closed;
  }

  Next write(Request request, Reply intended, Optional<Fault> fault)
      throws IOException, InterruptedException {
    Reply reply = fault.map(some -> spoilt(request, intended, some)).orElse(intended);
    Optional<Fault.Mode> mode = fault.map(Fault::mode);
    if (mode.equals(Optional.of(Fault.Mode.STALL))
        && closed.await(fault.get().number(30), TimeUnit.SECONDS)) {
      return Next.CLOSE;
    }
    Next next = head(request, reply, fault);
    if (!request.method().equals("HEAD")) {
      Next after = body(reply.content(), fault);
      next = after == Next.KEEP ? next : after;
    }
    out.flush();
    return next;
  }

  /** Applies the faults that replace the whole response. */
  private static Reply spoilt(Request request, Reply reply, Fault fault) {
    return switch (fault.mode()) {
      case STATUS -> {
        int code = (int) fault.number(500);
        Reply error = Reply.of(code, Reply.JSON, "{\"error\":\"injected\"}");
        yield code == 429 ? error.with("Retry-After", "1") : error;
      }
      case THROTTLE -> {
        String after = fault.argument().isEmpty() ? "1" : fault.argument();
        yield Reply.of(429, Reply.JSON, "{\"error\":\"too many requests\"}")
            .with("Retry-After", after);
      }
      case HTML200 ->
          Reply.of(
              200,
              "text/html",
              "<html><head><title>503</title></head><body>Try later</body></html>");
      case EMPTY204 -> Reply.noContent();
      case REDIRECT -> Reply.of(302, Reply.TEXT, "").with("Location", fault.argument());
      case LOOP -> Reply.of(302, Reply.TEXT, "").with("Location", request.target());
      case RESET, TRUNCATE, WRONGLEN, SLOW, STALL, CORRUPT, BADMD5, NOLENGTH -> reply;
    };
  }

  private Next head(Request request, Reply reply, Optional<Fault> fault) throws IOException {
    boolean noLength = fault.filter(some -> some.is(Fault.Mode.NOLENGTH)).isPresent();
    boolean wrong = fault.filter(some -> some.is(Fault.Mode.WRONGLEN)).isPresent();
    boolean keep = request.keepsAlive() && !noLength && !wrong;
    StringBuilder head = new StringBuilder();
    head.append("HTTP/1.1 ").append(reply.status()).append(' ').append(reason(reply.status()));
    head.append("\r\nContent-Type: ").append(reply.type()).append("\r\n");
    for (Reply.Header header : reply.headers()) {
      head.append(header.name()).append(": ").append(header.value()).append("\r\n");
    }
    if (!noLength && reply.status() != 204) {
      long delta = wrong ? difference(fault.get()) : 0;
      head.append("Content-Length: ").append(Math.max(0, reply.content().length() + delta));
      head.append("\r\n");
    }
    head.append("Connection: ").append(keep ? "keep-alive" : "close").append("\r\n\r\n");
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    return keep ? Next.KEEP : Next.CLOSE;
  }

  private static long difference(Fault fault) {
    return fault.argument().isEmpty() ? 10 : (long) Double.parseDouble(fault.argument());
  }

  private Next body(Reply.Content content, Optional<Fault> fault)
      throws IOException, InterruptedException {
    try (InputStream in = content.open()) {
      if (fault.isEmpty()) {
        copy(in, content.length());
        return Next.KEEP;
      }
      long half = content.length() / 2;
      return switch (fault.get().mode()) {
        case RESET -> part(in, content, fault.get(), Next.RESET);
        case TRUNCATE -> part(in, content, fault.get(), Next.CLOSE);
        case SLOW -> drip(in, content.length(), fault.get().number(100));
        case CORRUPT -> {
          copy(in, half);
          byte[] damaged = in.readNBytes((int) Math.min(CORRUPT_BYTES, content.length() - half));
          for (int i = 0; i < damaged.length; i++) {
            damaged[i] ^= 0x55;
          }
          out.write(damaged);
          copy(in, content.length() - half - damaged.length);
          yield Next.KEEP;
        }
        case STATUS,
            THROTTLE,
            HTML200,
            EMPTY204,
            WRONGLEN,
            STALL,
            REDIRECT,
            LOOP,
            BADMD5,
            NOLENGTH -> {
          copy(in, content.length());
          yield Next.KEEP;
        }
      };
    }
  }

  private Next part(InputStream in, Reply.Content content, Fault fault, Next next)
      throws IOException {
    copy(in, Math.min(content.length(), fault.number(content.length() / 2)));
    out.flush();
    return next;
  }

  private Next drip(InputStream in, long length, long bytesPerSecond)
      throws IOException, InterruptedException {
    int piece = (int) Math.max(1, bytesPerSecond / DRIPS_PER_SECOND);
    for (long sent = 0; sent < length; sent += piece) {
      copy(in, Math.min(piece, length - sent));
      out.flush();
      if (closed.await(1_000 / DRIPS_PER_SECOND, TimeUnit.MILLISECONDS)) {
        return Next.CLOSE;
      }
    }
    return Next.KEEP;
  }

  private void copy(InputStream in, long length) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long left = length;
    while (left > 0) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        throw new IOException("the file became shorter while it was served");
      }
      out.write(buffer, 0, read);
      left -= read;
    }
  }

  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 204 -> "No Content";
      case 206 -> "Partial Content";
      case 302 -> "Found";
      case 304 -> "Not Modified";
      case 400 -> "Bad Request";
      case 404 -> "Not Found";
      case 416 -> "Range Not Satisfiable";
      case 429 -> "Too Many Requests";
      case 503 -> "Service Unavailable";
      default -> "Status " + status;
    };
  }
}
