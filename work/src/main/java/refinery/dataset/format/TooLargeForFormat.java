package refinery.dataset.format;

import java.io.IOException;

/** A dataset does not fit a format; the message says what does. */
public final class TooLargeForFormat extends IOException {
  private static final long serialVersionUID = 1;

  TooLargeForFormat(String message) {
    super(message);
  }
}
