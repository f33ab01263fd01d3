package refinery.localarchive;

import java.util.List;
import java.util.Map;

/**
 * A sequencing run to invent.
 *
 * @param accession of the right form, but not a real one
 * @param reverse true if read 1 is antisense to the transcript ({@code ISR}/{@code SR}); otherwise
 *     the orientation is random
 * @param fragments number of reads, or of pairs
 */
public record RunDesign(
    String accession,
    String sample,
    boolean paired,
    int readLength,
    String condition,
    boolean reverse,
    int fragments) {

  /**
   * Six runs: three of 2x100 bases, one of 2x76, two of 50. Their accessions have 6, 7 or 8 digits.
   */
  public static final List<RunDesign> DEFAULT =
      List.of(
          new RunDesign("SRR990101", "SAMN99000101", true, 100, "A", true, 6_000),
          new RunDesign("SRR9901002", "SAMN99000102", true, 100, "A", true, 6_000),
          new RunDesign("SRR99010003", "SAMN99000103", true, 100, "B", true, 6_000),
          new RunDesign("ERR99010004", "SAMEA99000104", true, 76, "B", false, 6_000),
          new RunDesign("ERR9901005", "SAMEA99000105", false, 50, "A", true, 8_000),
          new RunDesign("DRR990106", "SAMD99000106", false, 50, "B", false, 8_000));

  /** Project, study and submission accession by the first letter of the run. */
  private static final Map<Character, List<String>> STUDIES =
      Map.of(
          'S', List.of("PRJNA990101", "SRP990101", "SRA990101"),
          'E', List.of("PRJEB990102", "ERP990102", "ERA990102"),
          'D', List.of("PRJDB990103", "DRP990103", "DRA990103"));

  /** The paths of its files below the archive's address. */
  public List<String> paths() {
    return fileNames().stream().map(name -> enaDirectory() + "/" + name).toList();
  }

  public String project() {
    return study().get(0);
  }

  String secondaryStudy() {
    return study().get(1);
  }

  String submission() {
    return study().get(2);
  }

  /**
   * ENA's directory: the first six characters, a second level that depends on the number of digits,
   * and the run.
   */
  String enaDirectory() {
    return "vol1/fastq/" + accession.substring(0, 6) + secondLevel() + "/" + accession;
  }

  String enaSraPath() {
    String archive = accession.substring(0, 3).toLowerCase(java.util.Locale.ROOT);
    return "vol1/" + archive + "/" + accession.substring(0, 6) + secondLevel() + "/" + accession;
  }

  private String secondLevel() {
    String digits = accession.substring(3);
    return digits.length() <= 6 ? "" : "/" + "0".repeat(9 - digits.length()) + digits.substring(6);
  }

  List<String> fileNames() {
    return paired
        ? List.of(accession + "_1.fastq.gz", accession + "_2.fastq.gz")
        : List.of(accession + ".fastq.gz");
  }

  private List<String> study() {
    return STUDIES.get(accession.charAt(0));
  }
}
