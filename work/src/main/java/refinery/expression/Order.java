package refinery.expression;

import java.util.Arrays;

/** The order of indices by a key, ties in their first order: a merge sort without boxes. */
final class Order {
  interface Comparison {
    int compare(int a, int b);
  }

  private static final int SHORT = 12;

  private Order() {}

  static int[] of(int size, Comparison comparison) {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    sort(order.clone(), order, 0, size, comparison);
    return order;
  }

  /** Sorts {@code from}, whose content {@code to} has too, into {@code to}. */
  private static void sort(int[] from, int[] to, int start, int end, Comparison comparison) {
    if (end - start <= SHORT) {
      insertion(to, start, end, comparison);
      return;
    }
    int middle = (start + end) >>> 1;
    sort(to, from, start, middle, comparison);
    sort(to, from, middle, end, comparison);
    int left = start;
    int right = middle;
    for (int i = start; i < end; i++) {
      boolean takeLeft =
          right == end || (left < middle && comparison.compare(from[left], from[right]) <= 0);
      to[i] = takeLeft ? from[left++] : from[right++];
    }
  }

  private static void insertion(int[] order, int start, int end, Comparison comparison) {
    for (int i = start + 1; i < end; i++) {
      int moved = order[i];
      int at = i;
      while (at > start && comparison.compare(order[at - 1], moved) > 0) {
        order[at] = order[at - 1];
        at--;
      }
      order[at] = moved;
    }
  }
}
