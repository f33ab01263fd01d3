package refinery.transfer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import refinery.hosts.HostTraffic;
import refinery.protocol.batch.Location;

/**
 * Counts what downloads of this node get, and from which archives; of stalls and fallbacks {@link
 * HostTraffic} tells it. A batch's description names the archive, so a name that does not look like
 * one, or that comes after {@value #MOST} others, counts as "other". Thread-safe.
 */
public final class TransferMeters implements HostTraffic.Onlooker {
  private static final int MOST = 30;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,19}");
  private static final String OTHER = "other";

  private final MeterRegistry registry;
  private final Set<String> names = ConcurrentHashMap.newKeySet();

  public TransferMeters(MeterRegistry registry) {
    this.registry = registry;
    counter("refinery.download.stalls", "Transfers that stood still for too long");
    bytes(OTHER);
  }

  void got(Location location, long bytes) {
    bytes(name(location.archive())).increment(bytes);
  }

  @Override
  public void stalled() {
    counter("refinery.download.stalls", "Transfers that stood still for too long").increment();
  }

  @Override
  public void fellBack(String from, String to, String cause) {
    counter(
            "refinery.fallbacks",
            "Files that another place delivered, by the failure before",
            "from",
            name(from),
            "to",
            name(to),
            "cause",
            cause)
        .increment();
  }

  private Counter bytes(String source) {
    return Counter.builder("refinery.download")
        .baseUnit("bytes")
        .description("Bytes that downloads got, by archive")
        .tag("source", source)
        .register(registry);
  }

  private Counter counter(String name, String description, String... tags) {
    return Counter.builder(name).description(description).tags(tags).register(registry);
  }

  private synchronized String name(String archive) {
    if (names.contains(archive)) {
      return archive;
    }
    if (names.size() < MOST && NAME.matcher(archive).matches()) {
      names.add(archive);
      return archive;
    }
    return OTHER;
  }
}
