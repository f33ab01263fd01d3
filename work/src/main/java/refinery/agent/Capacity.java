package refinery.agent;

import java.util.Optional;
import refinery.protocol.Resources;

/**
 * What a node has to offer at one moment.
 *
 * @param free bytes that can still be written on the volume of the attempts' files
 * @param takesNoWork why the node takes no work for now; empty when it takes work
 */
public record Capacity(Resources total, long free, Optional<String> takesNoWork) {
  /** The value before the first look. */
  static final Capacity UNKNOWN =
      new Capacity(Resources.NONE, 0, Optional.of("what it has to offer is not known yet"));
}
