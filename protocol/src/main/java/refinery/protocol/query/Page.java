package refinery.protocol.query;

import java.util.List;
import java.util.Optional;

/**
 * One page of a list. {@code next} is the opaque cursor of the next page; empty at the end of the
 * list.
 */
public record Page<T>(List<T> items, Optional<String> next) {
  public Page {
    items = List.copyOf(items);
  }
}
