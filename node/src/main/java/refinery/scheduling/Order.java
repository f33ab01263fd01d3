package refinery.scheduling;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * In which order the jobs of a survey are served, by the size of their inputs; see {@code
 * docs/decisions/order-inside-a-survey.md}.
 */
public enum Order {
  SMALLEST_FIRST("smallest-first", List.of(End.SMALLEST)),
  LARGEST_FIRST("largest-first", List.of(End.LARGEST)),

  /**
   * Smallest first, and beside it the largest first with {@link #LARGEST_PART} of what the survey
   * holds. The size is that of the input times the largest part of a node that the job asks for.
   */
  BOTH_ENDS("both-ends", List.of(End.SMALLEST, End.LARGEST));

  /** Of what a survey holds, so much is for its largest jobs where both ends are served. */
  public static final double LARGEST_PART = 2.0 / 3;

  private final String word;
  private final List<End> ends;

  Order(String word, List<End> ends) {
    this.word = word;
    this.ends = ends;
  }

  /** Where the next job is taken from. */
  enum End {
    SMALLEST,
    LARGEST;

    /** A number from 0 to {@code most} such that what comes first at this end has the smallest. */
    long ascending(long order, long most) {
      return this == SMALLEST ? order : most - order;
    }
  }

  static Optional<Order> named(String word) {
    return Arrays.stream(values()).filter(order -> order.word.equals(word)).findFirst();
  }

  /** As it is written in the configuration. */
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
