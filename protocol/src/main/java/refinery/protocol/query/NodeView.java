package refinery.protocol.query;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;

/**
 * A node as the API shows it.
 *
 * @param state {@code up}, {@code draining} or {@code unreachable}
 * @param drainedBy who asked for the drain, while the node is draining
 * @param drain since when, and until when what runs may end, while the node is draining
 * @param takesNoWork why it takes no work for now; empty when it does
 * @param dataDirFree free bytes of the disk that holds the data directory
 */
public record NodeView(
    NodeId id,
    String address,
    List<String> roles,
    String state,
    Optional<Actor> drainedBy,
    Optional<Drain> drain,
    String takesNoWork,
    Resources capacity,
    Resources used,
    List<JobId> running,
    Map<String, String> tools,
    long dataDirFree) {

  /** Without a deadline, what ran was handed back at once. */
  public record Drain(Instant since, Optional<Instant> deadline) {}
}
