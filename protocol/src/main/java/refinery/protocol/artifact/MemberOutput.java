package refinery.protocol.artifact;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.Json;

/**
 * One output of one batch of a set, or why there is none. The inputs of a job are listed in a
 * {@link Manifest} with one of these on each line.
 *
 * @param name of the file; empty when there is none
 * @param sha256 lower-case hex; empty when there is none
 * @param size bytes
 * @param about the batch; only in lists of a set that does without some outputs
 */
public record MemberOutput(
    BatchId batch,
    String name,
    String sha256,
    long size,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<About> about) {
  public MemberOutput {
    about = about == null ? Optional.empty() : about;
  }

  public MemberOutput(BatchId batch, String name, String sha256, long size) {
    this(batch, name, sha256, size, Optional.empty());
  }

  /**
   * What is known of a batch, as far as its output does not say it. Untrusted text.
   *
   * @param key natural key, e.g. a run accession
   * @param organism slug; empty where unknown
   * @param state as the API words it
   * @param lacks why it has no such output; empty when it has
   */
  public record About(String key, String organism, String state, String lacks) {}

  /** False when the batch has ended without it. */
  @JsonIgnore
  public boolean isThere() {
    return !sha256.isEmpty();
  }

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
