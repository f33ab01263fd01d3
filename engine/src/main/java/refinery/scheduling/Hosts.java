package refinery.scheduling;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import refinery.protocol.scheduling.SchedulerCommand.AskHost;
import refinery.protocol.scheduling.SchedulerCommand.HostAnswered;
import refinery.protocol.scheduling.SchedulerCommand.HostFailed;
import refinery.protocol.scheduling.SchedulerCommand.HostReply;

/**
 * All hosts that the cluster has asked since this scheduler began. Nothing is stored: a new
 * scheduler finds out anew what is away. Pure, not thread-safe; at most {@value #MOST} hosts.
 */
final class Hosts {
  private static final int MOST = 1_000;
  private static final String TOKEN = "net:";

  private final HostPolicy policy;
  private final Map<String, Host> byName = new LinkedHashMap<>();

  Hosts(HostPolicy policy) {
    this.policy = policy;
  }

  HostReply ask(AskHost ask, Instant now) {
    return named(ask.host(), now).ask(ask.archive(), ask.requestsPerSecond(), now);
  }

  void answered(HostAnswered answered, Instant now) {
    named(answered.host(), now).answered();
  }

  HostReply failed(HostFailed failed, Instant now) {
    return named(failed.host(), now)
        .failed(failed.archive(), failed.reason(), failed.retryAfter(), now);
  }

  private Host named(String name, Instant now) {
    Host known = byName.get(name);
    if (known != null) {
      return known;
    }
    if (byName.size() >= MOST) {
      byName.values().removeIf(host -> host.isIdle(now));
    }
    if (byName.size() >= MOST) {
      byName.remove(byName.keySet().iterator().next());
    }
    Host host = new Host(name, policy);
    byName.put(name, host);
    return host;
  }

  /** Why what holds or waits for these tokens does not go on; empty when no host hinders it. */
  String obstacles(Map<String, Integer> tokens, Instant now) {
    return byName.values().stream()
        .filter(host -> tokens.containsKey(TOKEN + host.archive()))
        .flatMap(host -> host.obstacle(now).stream())
        .collect(Collectors.joining("; "));
  }

  List<Host.View> views(Instant now) {
    return byName.values().stream().map(host -> host.view(now)).toList();
  }
}
