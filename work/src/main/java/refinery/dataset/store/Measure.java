package refinery.dataset.store;

import java.util.Locale;

/** What is known of a feature in a sample. Files and columns have these names. */
public enum Measure {
  COUNTS,
  TPM,
  LENGTH;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
