package refinery.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * How well estimated reads per gene agree with the truth.
 *
 * @param pearson product-moment correlation over all genes, unexpressed ones included
 * @param ratio sum of the estimates divided by the sum of the truth
 */
record Agreement(double pearson, double ratio) {
  static final double LEAST_PEARSON = 0.999;
  static final double MOST_DEVIATION = 0.03;

  boolean holds() {
    return pearson >= LEAST_PEARSON && Math.abs(ratio - 1) <= MOST_DEVIATION;
  }

  static Agreement of(Map<String, Double> estimated, Map<String, Long> truth) {
    double count = truth.size();
    double meanTruth = truth.values().stream().mapToLong(Long::longValue).sum() / count;
    double meanEstimate =
        truth.keySet().stream().mapToDouble(gene -> estimated.getOrDefault(gene, 0.0)).sum()
            / count;
    double product = 0;
    double squareTruth = 0;
    double squareEstimate = 0;
    for (Map.Entry<String, Long> gene : truth.entrySet()) {
      double t = gene.getValue() - meanTruth;
      double e = estimated.getOrDefault(gene.getKey(), 0.0) - meanEstimate;
      product += t * e;
      squareTruth += t * t;
      squareEstimate += e * e;
    }
    double all = estimated.values().stream().mapToDouble(Double::doubleValue).sum();
    return new Agreement(
        product / Math.sqrt(squareTruth * squareEstimate), all / (meanTruth * count));
  }

  /**
   * Sums up the column NumReads of a {@code quant.sf} by gene.
   *
   * @throws IOException if it is not a quant.sf, or names an unknown transcript
   */
  static Map<String, Double> readsByGene(BufferedReader quant, Map<String, String> genes)
      throws IOException {
    String header = quant.readLine();
    if (header == null || !header.equals("Name\tLength\tEffectiveLength\tTPM\tNumReads")) {
      throw new IOException("not a quant.sf: its header is " + header);
    }
    Map<String, Double> sums = new HashMap<>();
    for (String line = quant.readLine(); line != null; line = quant.readLine()) {
      String[] cells = line.split("\t", -1);
      String gene = genes.get(cells[0]);
      if (cells.length != 5 || gene == null) {
        throw new IOException("quant.sf has a line that cannot be right: " + line);
      }
      sums.merge(gene, Double.parseDouble(cells[4]), Double::sum);
    }
    return sums;
  }
}
