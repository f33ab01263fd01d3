package refinery.archive;

/** A body that is not what was asked for: cut, HTML, or an error dressed as success. */
public final class MalformedAnswer extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedAnswer(String message) {
    super(ArchiveHttp.oneLine(message));
  }
}
