package refinery.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Follows the events of a node: server-sent events. After a break it goes on behind the last event,
 * so that none is lost and none comes twice.
 */
final class Events {
  private final Transport transport;
  private final Patience patience;

  Events(Transport transport, Patience patience) {
    this.transport = transport;
    this.patience = patience;
  }

  /** Blocks until {@code more} says no; returns the place behind which to go on. */
  Optional<Long> follow(Optional<Long> after, Predicate<Event> more) {
    Place place = new Place(after);
    Patience.Tries tries = patience.start();
    while (true) {
      Exception why;
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(transport.events(place.at), StandardCharsets.UTF_8))) {
        if (!read(lines, place, more)) {
          return place.at;
        }
        why = new IOException("the stream ended");
      } catch (NodeUnreachable | ApiProblem | IOException e) {
        why = e;
      }
      if (place.moved) {
        tries = patience.start();
        place.moved = false;
      }
      tries.failed(why);
    }
  }

  private static final class Place {
    private Optional<Long> at;
    private boolean moved;

    Place(Optional<Long> at) {
      this.at = at;
    }
  }

  /** False when the reader has enough; true when the stream ends. */
  private static boolean read(BufferedReader lines, Place place, Predicate<Event> more)
      throws IOException {
    String id = "";
    StringBuilder data = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("id:")) {
        id = line.substring(3).strip();
      } else if (line.startsWith("data:")) {
        data.append(line.substring(5).strip());
      } else if (line.isEmpty() && !id.isEmpty()) {
        place.at = Optional.of(Long.parseLong(id));
        place.moved = true;
        id = "";
        if (!data.isEmpty()) {
          Event event = ApiJson.MAPPER.readValue(data.toString(), Event.class);
          data.setLength(0);
          if (!more.test(event)) {
            return false;
          }
        }
      }
    }
    return true;
  }
}
