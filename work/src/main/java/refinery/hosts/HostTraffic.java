package refinery.hosts;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import refinery.protocol.scheduling.HostFigures;
import refinery.protocol.scheduling.HostFigures.Fallback;
import refinery.protocol.scheduling.HostFigures.Troubles;

/**
 * Counts what this node's transfers get of each host, for people: the one place that is told of
 * stalls and fallbacks. Nothing is stored, and nothing is decided by it. Thread-safe; at most
 * {@value #MOST} hosts, each with {@value #MOST_FALLBACKS} kinds of fallback.
 */
public final class HostTraffic {
  static final int MOST = 100;
  static final int MOST_FALLBACKS = 8;
  static final int LONGEST_WORDS = 200;
  static final Duration NOW = Duration.ofSeconds(5);
  static final Duration LATELY = Duration.ofMinutes(10);

  private final InstantSource clock;
  private final Onlooker onlooker;
  private final Map<String, Counts> byHost = new LinkedHashMap<>();

  /** Hears of what is counted, once, as it is. Methods must not block. */
  public interface Onlooker {
    void stalled();

    /**
     * @param from the archive that did not deliver
     * @param to the archive that did
     * @param cause class of the failure
     */
    void fellBack(String from, String to, String cause);
  }

  /** A host, and the archive for which it is asked. */
  public record Place(String host, String archive) {}

  public HostTraffic(InstantSource clock, Onlooker onlooker) {
    this.clock = clock;
    this.onlooker = onlooker;
  }

  /** How a transfer went wrong. */
  public enum Trouble {
    STALLED(new Troubles(1, 0, 0, 0)),
    CORRUPT(new Troubles(0, 1, 0, 0)),
    UNANSWERED(new Troubles(0, 0, 1, 0)),
    ABSENT(new Troubles(0, 0, 0, 1));

    private final Troubles one;

    Trouble(Troubles one) {
      this.one = one;
    }
  }

  /** Counts of one host. */
  private static final class Counts {
    private final Instant since;
    private final Rate now = new Rate(NOW.toMillis(), 10);
    private final Rate lately = new Rate(LATELY.toMillis(), 20);
    private final Map<String, Fallback> fallbacks = new LinkedHashMap<>();
    private String archive = "";
    private int inFlight;
    private long bytes;
    private long files;
    private Troubles troubles = Troubles.NONE;
    private Instant touched;

    Counts(Instant since) {
      this.since = since;
      this.touched = since;
    }
  }

  /** A connection whose bytes come; closed when they have come, or will not. Thread-safe. */
  public final class Flow implements AutoCloseable {
    private final String host;
    private boolean closed;

    private Flow(String host) {
      this.host = host;
    }

    /** Bytes have come. */
    public void came(long bytes) {
      synchronized (HostTraffic.this) {
        Counts counts = counts(host);
        long millis = clock.millis();
        counts.bytes += bytes;
        counts.now.add(bytes, millis);
        counts.lately.add(bytes, millis);
      }
    }

    @Override
    public void close() {
      synchronized (HostTraffic.this) {
        if (!closed) {
          closed = true;
          counts(host).inFlight--;
        }
      }
    }
  }

  /** A transfer from this host begins. */
  public synchronized Flow begin(String host, String archive) {
    Counts counts = counts(host);
    counts.archive = archive;
    counts.inFlight++;
    return new Flow(host);
  }

  /** A file came whole and is what it should be. */
  public synchronized void delivered(String host) {
    counts(host).files++;
  }

  public synchronized void failed(String host, Trouble trouble) {
    Counts counts = counts(host);
    counts.troubles = counts.troubles.plus(trouble.one);
    if (trouble == Trouble.STALLED) {
      onlooker.stalled();
    }
  }

  /**
   * Another place delivered what this one should have. Within one host it is shown to no one but
   * the onlooker, and only if it was for another archive.
   *
   * @param reason class of the failure
   * @param words what was said
   */
  public synchronized void fellBack(Place from, Place by, String reason, String words) {
    if (from.equals(by)) {
      return;
    }
    onlooker.fellBack(from.archive(), by.archive(), reason);
    if (from.host().equals(by.host())) {
      return;
    }
    Counts counts = counts(from.host());
    String to = by.host();
    String key = to + " " + reason;
    Fallback known = counts.fallbacks.remove(key);
    if (known == null && counts.fallbacks.size() >= MOST_FALLBACKS) {
      counts.fallbacks.remove(counts.fallbacks.keySet().iterator().next());
    }
    String last = words.length() > LONGEST_WORDS ? words.substring(0, LONGEST_WORDS) : words;
    counts.fallbacks.put(
        key,
        new Fallback(to, reason, known == null ? 1 : known.count() + 1, last, clock.instant()));
  }

  /** The host's counts; makes room by forgetting the host that was quiet longest. */
  private Counts counts(String host) {
    Instant now = clock.instant();
    Counts known = byHost.get(host);
    if (known == null) {
      if (byHost.size() >= MOST) {
        byHost.entrySet().stream()
            .filter(one -> one.getValue().inFlight <= 0)
            .min(Comparator.comparing(one -> one.getValue().touched))
            .map(Map.Entry::getKey)
            .ifPresent(byHost::remove);
      }
      known = new Counts(now);
      byHost.put(host, known);
    }
    known.touched = now;
    return known;
  }

  /**
   * All hosts, in a stable order.
   *
   * @param speeds what one transfer got lately
   */
  public synchronized List<HostFigures> figures(List<HostSpeeds.View> speeds) {
    Map<String, HostSpeeds.View> measured =
        speeds.stream().collect(Collectors.toMap(HostSpeeds.View::host, Function.identity()));
    long millis = clock.millis();
    return byHost.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(one -> figures(one.getKey(), one.getValue(), measured.get(one.getKey()), millis))
        .toList();
  }

  private static HostFigures figures(
      String host, Counts counts, HostSpeeds.View speed, long millis) {
    return new HostFigures(
        host,
        counts.archive,
        counts.since,
        Math.max(0, counts.inFlight),
        counts.now.perSecond(millis),
        counts.lately.perSecond(millis),
        speed == null ? OptionalLong.empty() : OptionalLong.of(speed.bytesPerSecond()),
        counts.bytes,
        counts.files,
        counts.troubles,
        List.copyOf(counts.fallbacks.values()));
  }
}
