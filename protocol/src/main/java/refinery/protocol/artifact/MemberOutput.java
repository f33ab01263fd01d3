package refinery.protocol.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import refinery.protocol.BatchId;
import refinery.protocol.Json;

/**
 * One output of one batch of a set. The inputs of a job are listed in a {@link Manifest} with one
 * of these on each line.
 *
 * @param name of the file
 * @param sha256 lower-case hex
 * @param size bytes
 */
public record MemberOutput(BatchId batch, String name, String sha256, long size) {

  /** One line of JSON, without a line feed. */
  public String line() {
    try {
      return Json.MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + this, e);
    }
  }

  /**
   * Reads a line.
   *
   * @throws IOException when it is not JSON of this form
   */
  public static MemberOutput of(String line) throws IOException {
    return Json.MAPPER.readValue(line, MemberOutput.class);
  }
}
