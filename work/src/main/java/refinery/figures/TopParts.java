package refinery.figures;

import java.util.Arrays;
import java.util.List;

/** The last look at all entries: how the percentages of a few genes are spread over the cells. */
final class TopParts implements Entries {
  private final CellTotals totals;
  private final int[] places;
  private final Quantiles[] spreads;

  TopParts(CellTotals totals, int genes, List<Integer> chosen) {
    this.totals = totals;
    this.places = new int[genes];
    Arrays.fill(places, -1);
    this.spreads = new Quantiles[chosen.size()];
    for (int place = 0; place < spreads.length; place++) {
      places[chosen.get(place)] = place;
      spreads[place] = new Quantiles(Quantiles.KEPT);
    }
  }

  @Override
  public void take(int[] genes, int[] cells, double[] values, int count) {
    for (int index = 0; index < count; index++) {
      int place = places[genes[index]];
      if (place >= 0 && totals.isKept(cells[index])) {
        spreads[place].add(100 * values[index] / totals.counts(cells[index]));
      }
    }
  }

  Quantiles spread(int place) {
    return spreads[place];
  }
}
