package refinery.protocol.scheduling;

import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * What one node's transfers got of one host since the node began to count. Nothing of it is stored.
 *
 * @param host {@code name:port}
 * @param archive for which it was asked last
 * @param since when this node began to count for this host
 * @param inFlight transfers whose bytes come now
 * @param bytesPerSecond over the last seconds, all transfers together
 * @param bytesPerSecondLately over the last minutes, all transfers together
 * @param transferSpeed bytes a second of one transfer, a mean of the last ones; empty if nothing
 *     large enough came
 * @param bytes that came
 * @param files that came whole and were verified
 * @param troubles how often a transfer did not end well
 * @param fallbacks files that came from elsewhere instead, by place and reason
 */
public record HostFigures(
    String host,
    String archive,
    Instant since,
    int inFlight,
    long bytesPerSecond,
    long bytesPerSecondLately,
    OptionalLong transferSpeed,
    long bytes,
    long files,
    Troubles troubles,
    List<Fallback> fallbacks) {
  public HostFigures {
    fallbacks = List.copyOf(fallbacks);
  }

  /**
   * How often a transfer did not end well.
   *
   * @param stalls nothing came, or too slowly, for too long
   * @param corrupt what came was not the file that the archive states: checksum, size or format
   * @param unanswered the host did not answer, refused for now, or broke off
   * @param absent the host has no such file, or does not give it
   */
  public record Troubles(long stalls, long corrupt, long unanswered, long absent) {
    public static final Troubles NONE = new Troubles(0, 0, 0, 0);

    public Troubles plus(Troubles other) {
      return new Troubles(
          stalls + other.stalls,
          corrupt + other.corrupt,
          unanswered + other.unanswered,
          absent + other.absent);
    }
  }

  /**
   * Files that another place delivered in the end.
   *
   * @param to the host that delivered, {@code name:port}
   * @param reason class of the failure, as {@code corrupt}
   * @param last what was said the last time
   */
  public record Fallback(String to, String reason, long count, String last, Instant lastAt) {}
}
