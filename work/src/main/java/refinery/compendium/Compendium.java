package refinery.compendium;

import java.util.List;
import refinery.expression.Columns;

/**
 * A compendium: logarithms of genes by samples, each column made when it is read, and what was left
 * out with its reason.
 */
public record Compendium(
    List<String> genes,
    List<String> samples,
    Columns values,
    List<Dropped> droppedGenes,
    List<Dropped> droppedSamples,
    Filled filled) {
  /** A gene or a sample that was left out. */
  public record Dropped(String name, String reason) {}

  /**
   * What imputation did.
   *
   * @param cells that were absent; 0 if nothing was to be imputed
   * @param converged false if the values still changed when it was ended
   */
  public record Filled(int cells, int iterations, boolean converged) {}

  public Compendium {
    genes = List.copyOf(genes);
    samples = List.copyOf(samples);
    droppedGenes = List.copyOf(droppedGenes);
    droppedSamples = List.copyOf(droppedSamples);
  }
}
