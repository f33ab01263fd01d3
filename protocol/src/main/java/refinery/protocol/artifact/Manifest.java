package refinery.protocol.artifact;

/**
 * A list that is too long for a message and is kept in permanent storage as text, one line for each
 * item. The digest names it, so its lines never change.
 *
 * @param sha256 of the list, lower-case hex
 * @param count lines
 * @param bytes bytes of all the files that it lists; 0 when it lists none
 * @param length bytes of the list's own text
 */
public record Manifest(String sha256, int count, long bytes, long length) {
  /** The media type of a manifest's text. */
  public static final String MEDIA_TYPE = "text/plain";
}
