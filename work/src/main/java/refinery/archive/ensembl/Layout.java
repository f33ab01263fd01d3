package refinery.archive.ensembl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.OptionalInt;
import refinery.archive.ArchivePath;
import refinery.archive.ArchivesConfig;

/**
 * The places of the files of a release. Pure.
 *
 * @param root of the release, such as {@code .../pub/release-99} or {@code
 *     .../pub/release-57/fungi}
 */
record Layout(Division division, int release, String root) {

  /** A release's number, given as a number or as text; empty when it is none. */
  static OptionalInt release(JsonNode node) {
    String text = node.isValueNode() ? node.asText().strip() : "";
    return text.matches("[1-9][0-9]{0,4}")
        ? OptionalInt.of(Integer.parseInt(text))
        : OptionalInt.empty();
  }

  static Layout of(ArchivesConfig archives, Division division, int release) {
    String root =
        division.isMain()
            ? archives.ensemblFiles() + "/release-" + release
            : archives.ensemblGenomesFiles() + "/release-" + release + "/" + division.folder();
    return new Layout(division, release, root);
  }

  /** The address of the table that says which collection a genome lies in. */
  String speciesTable() {
    return root + "/species_" + division.word() + ".txt";
  }

  String genomeDirectory(String species, Optional<String> collection) {
    return directory("fasta", species, collection) + "/dna";
  }

  String annotationDirectory(String species, Optional<String> collection) {
    return directory("gtf", species, collection);
  }

  /**
   * The name of the GTF file; its variants {@code .abinitio}, {@code .chr} and others are not used.
   */
  String annotationName(String speciesInFileNames, String assembly) {
    return speciesInFileNames + "." + assembly + "." + release + ".gtf.gz";
  }

  private String directory(String kind, String species, Optional<String> collection) {
    return root
        + "/"
        + kind
        + "/"
        + collection.map(name -> ArchivePath.encode(name) + "/").orElse("")
        + ArchivePath.encode(species);
  }
}
