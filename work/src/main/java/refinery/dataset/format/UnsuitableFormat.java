package refinery.dataset.format;

import java.io.IOException;

/** A format cannot hold a dataset: too much, or nothing. The message says what can. */
public final class UnsuitableFormat extends IOException {
  private static final long serialVersionUID = 1;

  UnsuitableFormat(String message) {
    super(message);
  }
}
