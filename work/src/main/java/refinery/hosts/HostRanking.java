package refinery.hosts;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The order in which hosts that have the same are asked. Hosts that were not tried lately come
 * first, so that each is measured; those that are markedly slower than another come behind it, and
 * those that are away last. Otherwise, and where nothing is known, the given order stays. Pure.
 */
public final class HostRanking {
  /** So many times slower is markedly slower; less may be chance. */
  static final double MARKEDLY = 2;

  private HostRanking() {}

  /**
   * What is known of a host.
   *
   * @param bytesPerSecond as measured lately; empty if nothing large enough came from it
   * @param tried lately, whether it was measured then or not
   * @param away it may not be asked now
   */
  public record Known(OptionalDouble bytesPerSecond, boolean tried, boolean away) {
    boolean isNew() {
      return !tried && bytesPerSecond.isEmpty();
    }

    private boolean isSlow(double best) {
      return bytesPerSecond.isPresent() && bytesPerSecond.getAsDouble() * MARKEDLY <= best;
    }
  }

  /** All of them, ordered. */
  public static <T> List<T> ranked(List<T> given, Function<T, Known> known) {
    Predicate<T> away = one -> known.apply(one).away();
    Predicate<T> isNew = one -> known.apply(one).isNew();
    List<T> ranked = new ArrayList<>();
    given.stream().filter(away.negate().and(isNew)).forEach(ranked::add);
    bySpeed(given.stream().filter(away.negate().and(isNew.negate())).toList(), known, ranked);
    bySpeed(given.stream().filter(away).toList(), known, ranked);
    return List.copyOf(ranked);
  }

  private static <T> void bySpeed(List<T> given, Function<T, Known> known, List<T> ranked) {
    List<T> left = given;
    while (!left.isEmpty()) {
      double best =
          left.stream()
              .mapToDouble(one -> known.apply(one).bytesPerSecond().orElse(0))
              .max()
              .orElse(0);
      Predicate<T> slow = one -> known.apply(one).isSlow(best) && best > 0;
      left.stream().filter(slow.negate()).forEach(ranked::add);
      left = left.stream().filter(slow).toList();
    }
  }
}
