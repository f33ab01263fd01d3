package refinery.compendium;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import refinery.expression.CrossProducts;

/**
 * The right singular vectors of a matrix of rows by samples, not centred: the eigenvectors of its
 * cross products, so the matrix itself need not be in memory.
 */
final class PrincipalAxes {
  private final double[][] axes;

  private PrincipalAxes(double[][] axes) {
    this.axes = axes;
  }

  /** The {@code rank} axes of the greatest singular values. */
  static PrincipalAxes of(CrossProducts products, int rank) {
    int samples = products.samples();
    DMatrixRMaj matrix = new DMatrixRMaj(samples, samples);
    for (int i = 0; i < samples; i++) {
      for (int j = 0; j < samples; j++) {
        matrix.unsafe_set(i, j, products.of(i, j));
      }
    }
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(samples, true, true);
    if (!eigen.decompose(matrix)) {
      throw new IllegalStateException("no eigenvectors of %d samples".formatted(samples));
    }
    List<Integer> order =
        IntStream.range(0, samples)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -eigen.getEigenvalue(i).getReal()))
            .limit(rank)
            .toList();
    return new PrincipalAxes(
        order.stream().map(i -> eigen.getEigenVector(i).data.clone()).toArray(double[][]::new));
  }

  /** The part of a row that lies in the axes. */
  void project(double[] row, double[] into) {
    Arrays.fill(into, 0);
    for (double[] axis : axes) {
      double along = 0;
      for (int i = 0; i < row.length; i++) {
        along += row[i] * axis[i];
      }
      for (int i = 0; i < into.length; i++) {
        into[i] += along * axis[i];
      }
    }
  }
}
