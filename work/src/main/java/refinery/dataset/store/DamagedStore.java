package refinery.dataset.store;

import java.io.IOException;

/** The file is no store, is cut short, or its bytes have changed. */
public final class DamagedStore extends IOException {
  private static final long serialVersionUID = 1;

  DamagedStore(String message) {
    super(message);
  }
}
