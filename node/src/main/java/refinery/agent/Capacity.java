package refinery.agent;

import java.util.Optional;
import refinery.protocol.Resources;

/**
 * What a node has to offer at a moment.
 *
 * @param free bytes on the volume of the attempts' files
 * @param takesNoWork the reason, when it takes no work for now
 */
public record Capacity(Resources total, long free, Optional<String> takesNoWork) {
  /** Before it was looked at. */
  static final Capacity UNKNOWN =
      new Capacity(Resources.NONE, 0, Optional.of("what it has to offer is not known yet"));
}
