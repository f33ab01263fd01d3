package refinery.archive;

/**
 * A limit on what an archive may send.
 *
 * @param key of the configuration, under which the limit can be raised
 * @param most the largest value that is allowed
 * @param unit of the value, in the plural
 */
public record Bound(String key, long most, String unit) {

  AnswerTooLarge exceeded(String what) {
    return new AnswerTooLarge("%s has more than %,d %s (%s)".formatted(what, most, unit, key));
  }

  /**
   * @param what names the measured thing in the message
   */
  public void check(String what, long value) throws AnswerTooLarge {
    if (value > most) {
      throw exceeded(what);
    }
  }
}
