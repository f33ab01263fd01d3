package refinery.http;

import akka.NotUsed;
import akka.stream.javadsl.Flow;
import akka.util.ByteString;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Counts responses that are sent piece by piece, by who reads them. A place is taken before a
 * response is promised, so that requests at the same time cannot take more than there are, and is
 * free again when the response has ended. One that was never begun, as its reader was gone, is free
 * after {@link #UNBEGUN_NANOS}. Thread-safe.
 */
final class OpenStreams {
  static final long UNBEGUN_NANOS = 30_000_000_000L;

  private final int most;
  private final LongSupplier nanos;
  private final Map<Object, Set<Place>> places = new HashMap<>();

  /**
   * @param most of one reader at the same time
   */
  OpenStreams(int most, LongSupplier nanos) {
    this.most = most;
    this.nanos = nanos;
  }

  /** A place of this reader; empty if all are taken. */
  synchronized Optional<Place> take(Object reader) {
    Set<Place> taken = places.getOrDefault(reader, Set.of());
    if (taken.size() >= most) {
      long now = nanos.getAsLong();
      taken.removeIf(place -> !place.begun && now - place.since > UNBEGUN_NANOS);
    }
    if (taken.size() >= most) {
      return Optional.empty();
    }
    Place place = new Place(reader, nanos.getAsLong());
    places.computeIfAbsent(reader, key -> new HashSet<>()).add(place);
    return Optional.of(place);
  }

  /** Places that are taken, of all readers. */
  synchronized int taken() {
    return places.values().stream().mapToInt(Set::size).sum();
  }

  private synchronized void begin(Place place) {
    place.begun = true;
    places.computeIfAbsent(place.reader, key -> new HashSet<>()).add(place);
  }

  private synchronized void end(Place place) {
    places.computeIfPresent(
        place.reader,
        (reader, taken) -> {
          taken.remove(place);
          return taken.isEmpty() ? null : taken;
        });
  }

  /** One response. */
  final class Place {
    private final Object reader;
    private final long since;
    private boolean begun;

    private Place(Object reader, long since) {
      this.reader = reader;
      this.since = since;
    }

    /** Passes the response's bytes, and frees the place after them. */
    Flow<ByteString, ByteString, NotUsed> watch() {
      return Flow.fromMaterializer((running, attributes) -> begun())
          .mapMaterializedValue(ignored -> NotUsed.getInstance());
    }

    private Flow<ByteString, ByteString, NotUsed> begun() {
      begin(this);
      return Flow.of(ByteString.class)
          .watchTermination(
              (used, done) -> {
                done.whenComplete((end, error) -> end(this));
                return used;
              });
    }
  }
}
