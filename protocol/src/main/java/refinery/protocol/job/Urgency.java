package refinery.protocol.job;

/**
 * The priority that an owner wants for a job. When two messages of one owner arrive out of order,
 * the one with the higher number holds.
 *
 * @param number raised by the owner whenever its priority changes; 0: the owner has not said
 *     anything yet
 */
public record Urgency(int priority, long number) {

  /** The first priority of an owner; it has number 1. */
  public static Urgency first(int priority) {
    return new Urgency(priority, 1);
  }

  public Urgency changedTo(int other) {
    return other == priority ? this : new Urgency(other, number + 1);
  }

  public boolean isNewerThan(Urgency other) {
    return number > other.number;
  }
}
