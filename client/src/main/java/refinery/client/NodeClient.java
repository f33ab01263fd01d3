package refinery.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import refinery.api.ApiProblem;
import refinery.api.NodeUnreachable;
import refinery.api.Pages;
import refinery.api.Transport;

/**
 * A node's HTTP API for commands: {@link Transport}, but everything that goes wrong is a {@link
 * CommandFailure}: 3 when the node cannot be reached, 2 when it refuses the request as wrong, 1
 * otherwise. Blocking and thread-safe.
 */
public final class NodeClient {
  private final Transport transport;

  public NodeClient(String url, Optional<String> token) {
    this(url, token, Optional.empty());
  }

  /**
   * @param authority the file of the authority (PEM) by which the node proves who it is; empty: one
   *     that the JDK knows
   */
  public NodeClient(String url, Optional<String> token, Optional<Path> authority) {
    try {
      this.transport =
          authority.isPresent()
              ? new Transport(url, token, authority.get())
              : new Transport(url, token);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--url " + e.getMessage());
    } catch (IOException e) {
      throw CommandFailure.usage("--authority: " + e.getMessage());
    }
  }

  public JsonNode get(String path) {
    return orFailure(() -> transport.get(path));
  }

  /** Posts JSON; {@code key} makes a repeat return the first answer. */
  public JsonNode post(String path, JsonNode body, Optional<String> key) {
    return orFailure(() -> transport.send("POST", path, body, key));
  }

  /** Changes the fields that the body names; returns what it changed. */
  public JsonNode patch(String path, JsonNode body) {
    return orFailure(() -> transport.send("PATCH", path, body, Optional.empty()));
  }

  public void delete(String path) {
    orFailure(() -> transport.send("DELETE", path));
  }

  /** An action without a body, such as {@code /jobs/ID/retry}; returns what it acted on. */
  public JsonNode act(String path) {
    return orFailure(() -> transport.send("POST", path));
  }

  /**
   * The body as it comes, for as long as that takes; the caller closes it.
   *
   * @param quiet whether it may be silent: a log that is followed
   */
  public InputStream stream(String path, boolean quiet) {
    return orFailure(() -> transport.stream(path, quiet));
  }

  /** Follows the pages of a list until {@code limit} items were seen. */
  public long list(String path, Map<String, String> filters, long limit, Consumer<JsonNode> each) {
    long seen = 0;
    for (JsonNode item : new Pages<>(this::get, path, filters, limit, json -> json)) {
      each.accept(item);
      seen++;
    }
    return seen;
  }

  /** For what the API's client does by itself. */
  public Transport transport() {
    return transport;
  }

  public static String encoded(String text) {
    return Pages.encoded(text);
  }

  public static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  /** What the call returns, or why it did not, with the exit code of that. */
  static <T> T orFailure(Supplier<T> call) {
    try {
      return call.get();
    } catch (ApiProblem problem) {
      throw refused(problem);
    } catch (NodeUnreachable away) {
      if (Thread.currentThread().isInterrupted()) {
        throw CommandFailure.failed("interrupted");
      }
      throw new CommandFailure(
          CommandFailure.UNREACHABLE, away.getMessage() + "; " + remedy(away.getCause()));
    }
  }

  private static String remedy(Throwable cause) {
    if (cause instanceof SSLException) {
      return "--authority FILE names whose certificates are believed";
    }
    String said = cause instanceof IOException ? String.valueOf(cause.getMessage()) : "";
    return said.contains("EOF") || said.contains("received no bytes")
        ? "is it running, and does it speak https? see --url"
        : "is it running? see --url";
  }

  /** What a refusal is to whoever called the command. */
  public static CommandFailure refused(ApiProblem problem) {
    int code =
        switch (problem.status()) {
          case 400, 401, 403, 404, 415, 422 -> CommandFailure.USAGE;
          case 502, 503, 504 -> CommandFailure.UNREACHABLE;
          default -> CommandFailure.WORK_FAILED;
        };
    String what =
        problem.isFromNode()
            ? problem.getMessage()
            : "the answer is not a node's: is this the right --url?";
    return new CommandFailure(code, what + " (HTTP " + problem.status() + ")");
  }
}
