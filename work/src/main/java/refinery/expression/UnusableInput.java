package refinery.expression;

/** The input cannot give a right result. The message names the sample and what is wrong with it. */
public final class UnusableInput extends Exception {
  private static final long serialVersionUID = 1;

  public UnusableInput(String message) {
    super(message);
  }
}
