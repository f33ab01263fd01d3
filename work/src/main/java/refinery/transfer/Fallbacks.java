package refinery.transfer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;

/**
 * Remembers what failed where until it is tried at another place. Used by the attempt's actor only.
 */
final class Fallbacks {
  /** A failure at one archive. */
  record Failed(String archive, FailureClass cause) {}

  private final Map<String, Failed> open = new LinkedHashMap<>();

  /** The subject, a file or run, failed at the first of these locations; none: at the node. */
  void failed(String subject, List<Location> locations, FailureClass cause) {
    if (!locations.isEmpty()) {
      open.put(subject, new Failed(locations.getFirst().archive(), cause));
    }
  }

  /**
   * The failure after which this subject is tried here, told once. What failed as a whole, and what
   * comes as one archive now, goes on under another name.
   *
   * @param whole the name of everything that is downloaded
   * @param archive whether the subject is an archive of all files of a run
   */
  Optional<Failed> before(String subject, String whole, boolean archive) {
    Optional<Failed> found =
        Optional.ofNullable(open.remove(subject)).or(() -> Optional.ofNullable(open.remove(whole)));
    if (found.isEmpty() && archive && !open.isEmpty()) {
      found = Optional.of(open.remove(open.keySet().iterator().next()));
      open.clear();
    }
    return found;
  }
}
