package refinery.archive;

import java.io.IOException;

/**
 * An archive sent more than a limit allows. Asking again would bring the same, so it is asked once.
 */
public final class AnswerTooLarge extends IOException {
  private static final long serialVersionUID = 1L;

  AnswerTooLarge(String message) {
    super(message);
  }
}
