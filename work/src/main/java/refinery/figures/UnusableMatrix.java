package refinery.figures;

/** A matrix cannot be used; the message says where and why. */
public final class UnusableMatrix extends Exception {
  private static final long serialVersionUID = 1L;
  private final boolean damaged;

  private UnusableMatrix(String message, boolean damaged) {
    super(message);
    this.damaged = damaged;
  }

  /** It is not what is asked for, and never will be. */
  static UnusableMatrix refused(String message) {
    return new UnusableMatrix(message, false);
  }

  /** It ends too early or contradicts itself, so another copy may be good. */
  static UnusableMatrix damaged(String message) {
    return new UnusableMatrix(message, true);
  }

  /** True if another copy may be good. */
  public boolean isDamaged() {
    return damaged;
  }
}
