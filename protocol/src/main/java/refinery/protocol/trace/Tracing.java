package refinery.protocol.trace;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Where spans are told. Thread-safe, never blocks, never fails. */
public interface Tracing {
  /** Tells nothing, and no context travels. */
  Tracing OFF = (name, kind, parent, attributes) -> Span.NONE;

  /** A request that was served, or work inside. */
  enum Kind {
    SERVER,
    INTERNAL
  }

  /** Work that goes on. */
  interface Span {
    Span NONE =
        new Span() {
          @Override
          public Optional<TraceContext> context() {
            return Optional.empty();
          }

          @Override
          public void child(
              String name, Instant from, Instant to, Map<String, String> attributes) {}

          @Override
          public void end(Map<String, String> attributes, Optional<String> failure) {}
        };

    /** Its place, to be given to what it begins; empty when nothing is traced. */
    Optional<TraceContext> context();

    /** A part of it that has ended. */
    void child(String name, Instant from, Instant to, Map<String, String> attributes);

    /**
     * It has ended; to be called once.
     *
     * @param failure why it failed, if it did
     */
    void end(Map<String, String> attributes, Optional<String> failure);
  }

  /**
   * Begins a span.
   *
   * @param parent what began it; empty: it begins a trace
   */
  Span begin(String name, Kind kind, Optional<TraceContext> parent, Map<String, String> attributes);
}
