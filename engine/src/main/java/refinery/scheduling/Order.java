package refinery.scheduling;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The order in which the jobs of one survey are served, by the size of their inputs; see {@code
 * docs/decisions/order-inside-a-survey.md}.
 */
public enum Order {
  SMALLEST_FIRST("smallest-first", List.of(End.SMALLEST)),
  LARGEST_FIRST("largest-first", List.of(End.LARGEST)),

  /**
   * From both ends: {@link #LARGEST_PART} of what the survey holds is for its largest jobs, the
   * rest for its smallest. Here the size of a job is that of its input times the largest part of a
   * node (cpu, memory or disk) that it asks for.
   */
  BOTH_ENDS("both-ends", List.of(End.SMALLEST, End.LARGEST));

  /** The part of a survey's resources that is for its largest jobs when both ends are served. */
  public static final double LARGEST_PART = 2.0 / 3;

  private final String word;
  private final List<End> ends;

  Order(String word, List<End> ends) {
    this.word = word;
    this.ends = ends;
  }

  /** The end of the order from which a job is taken. */
  enum End {
    SMALLEST,
    LARGEST;

    /**
     * Maps an order to a number from 0 to {@code most} that is smallest for what comes first at
     * this end.
     */
    long ascending(long order, long most) {
      return this == SMALLEST ? order : most - order;
    }
  }

  static Optional<Order> named(String word) {
    return Arrays.stream(values()).filter(order -> order.word.equals(word)).findFirst();
  }

  /** The word for it in the configuration. */
  public String word() {
    return word;
  }

  boolean weighs() {
    return this == BOTH_ENDS;
  }

  List<End> ends() {
    return ends;
  }
}
