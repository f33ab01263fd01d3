package refinery.pipeline;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of a GTF file that is no comment.
 *
 * @param gene empty when it names none
 * @param transcript empty when it names none
 * @param biotype of the transcript, else of the gene; Ensembl's and GENCODE's attribute names
 */
record GtfLine(
    String[] columns, String feature, String gene, String transcript, Optional<String> biotype) {
  private static final Pattern ATTRIBUTE = Pattern.compile("(\\w+) \"([^\"]*)\"");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,15}");

  /** Empty when the line has fewer than nine columns. */
  static Optional<GtfLine> parse(String line) {
    String[] columns = line.split("\t", -1);
    if (columns.length < 9) {
      return Optional.empty();
    }
    String gene = "";
    String transcript = "";
    String geneBiotype = null;
    String transcriptBiotype = null;
    Matcher matcher = ATTRIBUTE.matcher(columns[8]);
    while (matcher.find()) {
      String value = matcher.group(2);
      switch (matcher.group(1)) {
        case "gene_id" -> gene = value;
        case "transcript_id" -> transcript = value;
        case "gene_biotype", "gene_type" -> geneBiotype = value;
        case "transcript_biotype", "transcript_type" -> transcriptBiotype = value;
        default -> {
          // other attributes do not matter here
        }
      }
    }
    return Optional.of(
        new GtfLine(
            columns,
            columns[2],
            gene,
            transcript,
            Optional.ofNullable(transcriptBiotype == null ? geneBiotype : transcriptBiotype)));
  }

  String contig() {
    return columns[0];
  }

  String strand() {
    return columns[6];
  }

  String text() {
    return String.join("\t", columns);
  }

  /** What rsem-prepare-reference 1.3.3 would fail on, or silently leave out. */
  Optional<Flaw> flaw(Map<String, Long> contigs) {
    Long length = contigs.get(contig());
    if (length == null) {
      return Optional.of(Flaw.CONTIG);
    }
    if (!strand().equals("+") && !strand().equals("-")) {
      return Optional.of(Flaw.STRAND);
    }
    if (!NUMBER.matcher(columns[3]).matches() || !NUMBER.matcher(columns[4]).matches()) {
      return Optional.of(Flaw.COORDINATES);
    }
    long start = Long.parseLong(columns[3]);
    long end = Long.parseLong(columns[4]);
    if (start > end || start < 1) {
      return Optional.of(Flaw.COORDINATES);
    }
    return end > length ? Optional.of(Flaw.PAST_END) : Optional.empty();
  }

  enum Flaw {
    COLUMNS("fewer than 9 columns"),
    GENE("gene line without gene_id or on an unknown contig"),
    IDS("no gene_id or transcript_id"),
    CONTIG("contig not in FASTA"),
    STRAND("strand not + or -"),
    COORDINATES("bad coordinates"),
    PAST_END("past the end of the contig"),
    BIOTYPE("excluded biotype"),
    UNUSABLE("no usable exon left");

    private final String words;

    Flaw(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }
}
