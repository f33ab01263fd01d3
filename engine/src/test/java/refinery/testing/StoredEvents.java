package refinery.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.UncheckedIOException;
import refinery.protocol.Json;

/** Events as the journal keeps them. */
public final class StoredEvents {
  private StoredEvents() {}

  public static String write(Object event) {
    try {
      return Json.MAPPER.writeValueAsString(event);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static <E> E read(String stored, Class<E> kind) {
    try {
      return Json.MAPPER.readValue(stored, kind);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
