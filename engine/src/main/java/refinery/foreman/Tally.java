package refinery.foreman;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.Json;
import refinery.readmodel.NodeQueries.Unsettled;

/**
 * Counts what was looked at and what was nudged, and keeps the last {@value #REMEMBERED} findings.
 * Not thread-safe.
 */
final class Tally {
  private static final int REMEMBERED = 50;

  private record Finding(Plight plight, String id, String state, Instant at) {}

  private final Instant since;
  private final Map<Plight, Long> counts = new EnumMap<>(Plight.class);
  private final Deque<Finding> last = new ArrayDeque<>();
  private long resumed;
  private long unanswered;
  private long looks;
  private long rows;
  private long rowsOfLook;
  private Optional<Instant> begun = Optional.empty();
  private Optional<Instant> ended = Optional.empty();

  Tally(Instant since) {
    this.since = since;
    for (Plight plight : Plight.values()) {
      counts.put(plight, 0L);
    }
  }

  void begin(Instant now) {
    begun = Optional.of(now);
    rowsOfLook = 0;
  }

  void looked(int more) {
    rowsOfLook += more;
  }

  void end(Instant now) {
    looks++;
    rows = rowsOfLook;
    ended = Optional.of(now);
  }

  void resumed() {
    resumed++;
  }

  void unanswered() {
    unanswered++;
  }

  void moved(Plight plight, Unsettled row, Instant now) {
    counts.merge(plight, 1L, Long::sum);
    if (last.size() == REMEMBERED) {
      last.removeLast();
    }
    last.addFirst(new Finding(plight, row.id(), row.state(), now));
  }

  JsonNode json(int suspects) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("since", since.toString());
    ObjectNode byKind = json.putObject("counts");
    counts.forEach((plight, count) -> byKind.put(plight.word(), count));
    json.put("resumed_while_settling", resumed);
    json.put("scheduler_unanswered", unanswered);
    json.put("suspects", suspects);
    ObjectNode pass = json.putObject("last_pass");
    pass.put("number", looks);
    pass.put("began_at", begun.map(Instant::toString).orElse(null));
    pass.put("ended_at", ended.map(Instant::toString).orElse(null));
    pass.put("rows", rows);
    ArrayNode findings = json.putArray("last_findings");
    for (Finding finding : last) {
      findings
          .addObject()
          .put("kind", finding.plight().word())
          .put("id", finding.id())
          .put("state", finding.state())
          .put("at", finding.at().toString());
    }
    return json;
  }
}
