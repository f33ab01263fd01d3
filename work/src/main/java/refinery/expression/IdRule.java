package refinery.expression;

/** How much of a transcript's name is looked up: tximport's ignoreTxVersion and ignoreAfterBar. */
public enum IdRule {
  /** All of it. */
  WHOLE,
  /** Up to the first point. */
  IGNORE_VERSION,
  /** Up to the first bar. */
  IGNORE_AFTER_BAR;

  String apply(String name) {
    int end =
        switch (this) {
          case WHOLE -> -1;
          case IGNORE_VERSION -> name.indexOf('.');
          case IGNORE_AFTER_BAR -> name.indexOf('|');
        };
    return end < 0 ? name : name.substring(0, end);
  }
}
