package refinery.http;

import java.util.List;
import java.util.Map;

/**
 * A response of RFC 9457, thrown when a request cannot go on.
 *
 * <p>It has no stack trace, since it is no defect of this program.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A fault at one place of the request, given as a JSON pointer or as {@code ?parameter}. */
  public record Wrong(String pointer, String message) {}

  private final int status;
  private final transient List<Wrong> wrongs;
  private final transient Map<String, String> headers;

  private Problem(int status, String detail, List<Wrong> wrongs, Map<String, String> headers) {
    super(detail, null, false, false);
    this.status = status;
    this.wrongs = List.copyOf(wrongs);
    this.headers = Map.copyOf(headers);
  }

  public static Problem of(int status, String detail) {
    return new Problem(status, detail, List.of(), Map.of());
  }

  public static Problem of(int status, String detail, Map<String, String> headers) {
    return new Problem(status, detail, List.of(), headers);
  }

  public static Problem badRequest(List<Wrong> wrongs) {
    String detail =
        wrongs.size() == 1
            ? described(wrongs.getFirst())
            : wrongs.size() + " things are wrong with the request; see errors";
    return new Problem(400, detail, wrongs, Map.of());
  }

  /** The request is well-formed, but cannot be done as things are. */
  public static Problem conflict(List<Wrong> wrongs) {
    return new Problem(409, described(wrongs.getFirst()), wrongs, Map.of());
  }

  private static String described(Wrong wrong) {
    return wrong.pointer().isEmpty()
        ? "the body " + wrong.message()
        : wrong.pointer() + ": " + wrong.message();
  }

  public static Problem badRequest(String pointer, String message) {
    return badRequest(List.of(new Wrong(pointer, message)));
  }

  public static Problem notFound(String what, String id) {
    return of(404, "there is no " + what + " " + id);
  }

  /** A 503 that asks to try again in two seconds. */
  public static Problem unavailable(String detail) {
    return of(503, detail, Map.of("Retry-After", "2"));
  }

  int status() {
    return status;
  }

  List<Wrong> wrongs() {
    return wrongs;
  }

  Map<String, String> headers() {
    return headers;
  }
}
