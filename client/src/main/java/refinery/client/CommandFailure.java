package refinery.client;

/** Ends a command with one line for a person and an exit code. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  public static final int WORK_FAILED = 1;
  public static final int USAGE = 2;
  public static final int UNREACHABLE = 3;

  private final int exitCode;

  public CommandFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public static CommandFailure failed(String message) {
    return new CommandFailure(WORK_FAILED, message);
  }

  public static CommandFailure usage(String message) {
    return new CommandFailure(USAGE, message);
  }

  public int exitCode() {
    return exitCode;
  }
}
