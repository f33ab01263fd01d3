package refinery.archive;

/** A body that is not what was asked for: cut off, a web page, or an error sent with status 200. */
public final class MalformedAnswer extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedAnswer(String message) {
    super(ArchiveHttp.oneLine(message));
  }
}
