package refinery.transfer;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import refinery.archive.Pause;

/**
 * Caps the bytes a second of all transfers of a node together, by the time of day. A token bucket
 * of one second's bytes; where several caps hold, the lowest counts. Whoever takes bytes waits
 * before it takes more, so the connection is read more slowly. Thread-safe.
 */
public final class Bandwidth {
  private static final String KEY = "refinery.transfer.bandwidth";
  private static final double NANOS = 1e9;

  /** No cap at any time. */
  static final Bandwidth UNLIMITED = new Bandwidth(List.of(), InstantSource.system(), Pause.real());

  private final List<Cap> caps;
  private final InstantSource clock;
  private final Pause pause;
  private Instant nextFree = Instant.EPOCH;

  /**
   * A cap for a part of each day. One that ends before it begins goes on past midnight; one that
   * ends as it begins holds all day.
   *
   * @param limit bytes a second
   */
  record Cap(LocalTime from, LocalTime to, ZoneId zone, long limit) {
    boolean holds(Instant now) {
      LocalTime time = now.atZone(zone).toLocalTime();
      boolean begun = !time.isBefore(from);
      boolean open = time.isBefore(to);
      return from.isBefore(to) ? begun && open : begun || open;
    }
  }

  Bandwidth(List<Cap> caps, InstantSource clock, Pause pause) {
    this.caps = List.copyOf(caps);
    this.clock = clock;
    this.pause = pause;
  }

  /**
   * @param config the whole configuration
   */
  public static Bandwidth from(Config config) {
    return new Bandwidth(caps(config), InstantSource.system(), Pause.real());
  }

  static List<Cap> caps(Config config) {
    List<Cap> caps = new ArrayList<>();
    for (Config one : config.getConfigList(KEY)) {
      String key = KEY + "[" + caps.size() + "]";
      long limit = one.getBytes("limit");
      if (limit < 1024) {
        throw new ConfigException.BadValue(one.origin(), key + ".limit", "must be at least 1 KiB");
      }
      caps.add(new Cap(time(one, key, "from"), time(one, key, "to"), zone(one, key), limit));
    }
    return caps;
  }

  private static LocalTime time(Config one, String key, String name) {
    try {
      return LocalTime.parse(one.getString(name));
    } catch (DateTimeException noTime) {
      throw new ConfigException.BadValue(
          one.origin(), key + "." + name, "must be a time of day like 08:00");
    }
  }

  private static ZoneId zone(Config one, String key) {
    try {
      return ZoneId.of(one.getString("timezone"));
    } catch (DateTimeException unknown) {
      throw new ConfigException.BadValue(
          one.origin(), key + ".timezone", "must be a time zone like Europe/Berlin");
    }
  }

  /** Takes bytes that have arrived; waits as long as they were too early. */
  void take(long bytes) throws InterruptedException {
    if (!caps.isEmpty()) {
      pause.await(reserve(bytes));
    }
  }

  private synchronized Duration reserve(long bytes) {
    Instant now = clock.instant();
    OptionalLong limit = caps.stream().filter(cap -> cap.holds(now)).mapToLong(Cap::limit).min();
    if (limit.isEmpty()) {
      nextFree = Instant.EPOCH;
      return Duration.ZERO;
    }
    Instant earliest = now.minusSeconds(1);
    Instant begins = nextFree.isAfter(earliest) ? nextFree : earliest;
    nextFree = begins.plusNanos((long) (bytes * NANOS / limit.getAsLong()));
    return nextFree.isAfter(now) ? Duration.between(now, nextFree) : Duration.ZERO;
  }
}
