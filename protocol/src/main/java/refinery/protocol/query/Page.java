package refinery.protocol.query;

import java.util.List;
import java.util.Optional;

/** One page of a list in keyset order; {@code next} is opaque, empty at the end. */
public record Page<T>(List<T> items, Optional<String> next) {
  public Page {
    items = List.copyOf(items);
  }
}
