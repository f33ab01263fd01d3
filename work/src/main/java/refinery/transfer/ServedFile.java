package refinery.transfer;

import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.protocol.batch.Location;
import refinery.transfer.TransferException.CorruptTransfer;

/**
 * A file as its server describes it in response headers: its version and length. Decides whether a
 * response continues the version of which we have the beginning. Used by one thread at a time.
 */
final class ServedFile {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes\\s+(?:(\\d{1,18})-(\\d{1,18})|\\*)/(\\d{1,18}|\\*)");

  private final Location location;
  private Optional<String> validator = Optional.empty();
  private OptionalLong total = OptionalLong.empty();

  ServedFile(Location location) {
    this.location = location;
  }

  /**
   * The version to name in a request for the rest: if it has changed the server sends the whole
   * file.
   */
  Optional<String> validator() {
    return validator;
  }

  /** Its length in bytes, as the server announces it. */
  OptionalLong total() {
    return total;
  }

  void forget() {
    validator = Optional.empty();
    total = OptionalLong.empty();
  }

  /** Reads the headers of a response that holds the whole file. */
  void begin(HttpHeaders headers) throws CorruptTransfer {
    beginVersion(headers);
    total = headers.firstValueAsLong("content-length");
    requireStated();
  }

  private void beginVersion(HttpHeaders headers) throws CorruptTransfer {
    String type = headers.firstValue("content-type").orElse("");
    if (!Content.of(location.format()).mayHaveType(type)) {
      throw new CorruptTransfer("the server sent a page of type " + type + " instead of the file");
    }
    validator = strongTag(headers).or(() -> headers.firstValue("last-modified"));
  }

  private void requireStated() throws CorruptTransfer {
    if (total.isPresent()
        && location.size().isPresent()
        && total.getAsLong() < location.size().getAsLong()) {
      throw new CorruptTransfer(
          "the server announces "
              + total.getAsLong()
              + " bytes, the archive states "
              + location.size().getAsLong());
    }
  }

  /**
   * Reads the headers of a response that holds the first bytes only.
   *
   * @return false if the rest cannot be fetched in parts: it is not told what version they are of,
   *     or how long the file is
   */
  boolean beginPart(HttpHeaders headers) throws CorruptTransfer {
    Matcher range = range(headers);
    if (!range.matches()
        || range.group(1) == null
        || Long.parseLong(range.group(1)) != 0
        || range.group(3).equals("*")) {
      return false;
    }
    beginVersion(headers);
    total = OptionalLong.of(Long.parseLong(range.group(3)));
    requireStated();
    return validator.isPresent();
  }

  /** Takes what an FTP server tells of a file whose first byte comes next. */
  void begin(FtpSource.Version version) throws CorruptTransfer {
    validator = version.changed();
    total = version.size();
    requireStated();
  }

  /** True if an FTP server still has the version that was begun, as far as it tells. */
  boolean isSame(FtpSource.Version version) {
    return validator.equals(version.changed()) && total.equals(version.size());
  }

  /** Why a partial response does not continue after {@code offset} bytes; empty when it does. */
  Optional<String> whyNotContinued(HttpHeaders headers, long offset) {
    Matcher range = range(headers);
    boolean fits =
        offset > 0
            && range.matches()
            && range.group(1) != null
            && Long.parseLong(range.group(1)) == offset;
    if (!fits) {
      String header = headers.firstValue("content-range").orElse("");
      return Optional.of("wrong Content-Range \"" + header + "\" after " + offset + " bytes");
    }
    boolean sameLength =
        total.isEmpty()
            || range.group(3).equals("*")
            || Long.parseLong(range.group(3)) == total.getAsLong();
    return sameLength && mayBeSame(headers)
        ? Optional.empty()
        : Optional.of("the file has changed on the server");
  }

  /** Compares tag with tag or date with date; a response that has neither tells nothing. */
  private boolean mayBeSame(HttpHeaders headers) {
    if (validator.isEmpty()) {
      return true;
    }
    Optional<String> now =
        validator.get().startsWith("\"") ? strongTag(headers) : headers.firstValue("last-modified");
    return now.isEmpty() || now.equals(validator);
  }

  /** True if a response of status 416 says that the file ends after {@code offset} bytes. */
  static boolean endsAfter(HttpHeaders headers, long offset) {
    Matcher range = range(headers);
    return offset > 0
        && range.matches()
        && range.group(1) == null
        && range.group(3).equals(Long.toString(offset));
  }

  private static Matcher range(HttpHeaders headers) {
    return CONTENT_RANGE.matcher(headers.firstValue("content-range").orElse("").strip());
  }

  private static Optional<String> strongTag(HttpHeaders headers) {
    return headers.firstValue("etag").filter(tag -> tag.startsWith("\""));
  }
}
