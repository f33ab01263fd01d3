package refinery.protocol.query;

import java.util.List;
import java.util.Map;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;

/** A node as the API shows it; {@code state}: up, draining or unreachable. */
public record NodeView(
    NodeId id,
    String address,
    List<String> roles,
    String state,
    String takesNoWork,
    Resources capacity,
    Resources used,
    List<JobId> running,
    Map<String, String> tools,
    long dataDirFree) {}
