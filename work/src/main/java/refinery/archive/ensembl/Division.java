package refinery.archive.ensembl;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * Ensembl's divisions. All but the vertebrates belong to Ensembl Genomes, which has its own
 * directories and release numbers.
 */
enum Division {
  VERTEBRATES("EnsemblVertebrates", ""),
  PLANTS("EnsemblPlants", "plants"),
  FUNGI("EnsemblFungi", "fungi"),
  METAZOA("EnsemblMetazoa", "metazoa"),
  PROTISTS("EnsemblProtists", "protists"),
  BACTERIA("EnsemblBacteria", "bacteria");

  private final String word;
  private final String folder;

  Division(String word, String folder) {
    this.word = word;
    this.folder = folder;
  }

  static Optional<Division> of(String word) {
    return Stream.of(values()).filter(each -> each.word.equals(word)).findFirst();
  }

  /** The archive's name of the division. */
  String word() {
    return word;
  }

  /** Its folder below {@code release-N}. */
  String folder() {
    return folder;
  }

  boolean isMain() {
    return this == VERTEBRATES;
  }
}
