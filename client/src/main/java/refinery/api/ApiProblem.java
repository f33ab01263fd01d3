package refinery.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The node refused a request, or could not do it: a problem of RFC 9457. */
public final class ApiProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * One thing that is wrong.
   *
   * @param pointer a JSON pointer into the body, or {@code ?parameter}
   */
  public record Fault(String pointer, String message) {}

  private final int status;
  private final boolean fromNode;
  private final transient List<Fault> faults;
  private final transient Optional<Duration> retryAfter;

  private ApiProblem(
      int status,
      String message,
      boolean fromNode,
      List<Fault> faults,
      Optional<Duration> retryAfter) {
    super(message);
    this.status = status;
    this.fromNode = fromNode;
    this.faults = List.copyOf(faults);
    this.retryAfter = retryAfter;
  }

  /** Reads the body of a refusal; one that is no problem is told as such. */
  static ApiProblem of(int status, String body, String request, Optional<Duration> retryAfter) {
    try {
      JsonNode problem = ApiJson.MAPPER.readTree(body);
      List<Fault> faults = new ArrayList<>();
      for (JsonNode each : problem.path("errors")) {
        faults.add(new Fault(each.path("pointer").asText(), each.path("message").asText()));
      }
      String said = said(problem, faults);
      return new ApiProblem(status, said.isEmpty() ? request : said, true, faults, retryAfter);
    } catch (JsonProcessingException e) {
      return new ApiProblem(
          status, request + ": the answer is not a node's", false, List.of(), retryAfter);
    }
  }

  /** The detail, and the faults that it does not name, in one line. */
  private static String said(JsonNode problem, List<Fault> faults) {
    String detail = problem.path("detail").asText("");
    StringBuilder text = new StringBuilder(detail);
    for (Fault fault : faults) {
      if (!detail.contains(fault.message())) {
        text.append(text.isEmpty() ? "" : "; ");
        text.append(fault.pointer()).append(' ').append(fault.message());
      }
    }
    String all = text.isEmpty() ? problem.path("title").asText("") : text.toString();
    return all.replaceAll("\\s+", " ").strip();
  }

  public int status() {
    return status;
  }

  /** Everything that is wrong with the request; empty if the status says it all. */
  public List<Fault> faults() {
    return faults;
  }

  /** False if something else than a node answers at this address. */
  public boolean isFromNode() {
    return fromNode;
  }

  /** When the node says that it may be tried again. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** Whether the same request may succeed a little later. */
  public boolean isPassing() {
    return status == 429 || status == 502 || status == 503 || status == 504;
  }
}
