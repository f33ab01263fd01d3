package refinery.protocol.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * What a dataset is made of, in short. It stands at the beginning of the stored plan, before a line
 * for each sample.
 *
 * @param version 1, or one more than that of the base
 * @param request with its defaults; of many named samples only the first
 * @param pipeline whose results go in
 * @param artifact what that pipeline calls them
 * @param matrices one for each group of samples that have the same index
 * @param dropped the first of the samples that could not be taken
 */
public record DatasetPlan(
    DatasetId id,
    int version,
    Optional<DatasetId> base,
    JsonNode request,
    String pipeline,
    String artifact,
    Samples samples,
    List<Matrix> matrices,
    List<PlanLine.Dropped> dropped) {
  /** How many dropped samples a plan names at its beginning. */
  public static final int NAMED = 20;

  public DatasetPlan {
    matrices = List.copyOf(matrices);
    dropped = List.copyOf(dropped);
  }

  /**
   * @param asked how many samples the request is about; those of the base do not count
   * @param taken all samples of the dataset, those of the base included
   */
  public record Samples(int asked, int taken, int dropped, int ofBase) {}

  /**
   * One matrix of the dataset.
   *
   * @param name its folder; empty if it is the only one
   * @param index the digest of the index that all its samples were quantified with
   * @param release of the index, where known
   * @param genes the digest of the table of genes and transcripts of that index
   * @param samples how many
   * @param store the digest of the base's store of it, to which samples are added
   */
  public record Matrix(
      String name,
      Optional<String> organism,
      String index,
      Optional<String> release,
      String genes,
      int samples,
      Optional<String> store) {}
}
