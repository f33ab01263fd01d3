package refinery.pipeline;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A line of a GTF file that is no comment.
 *
 * @param gene its id as it is written; empty when it names none
 * @param transcript its id as it is written; empty when it names none
 */
record GtfLine(String[] columns, GtfAttributes attributes, String gene, String transcript) {
  /** Nine columns, and the rest of the line as a tenth. */
  private static final int MOST_COLUMNS = 10;

  private static final Pattern NUMBER = Pattern.compile("\\d{1,15}");

  /** Empty when the line has fewer than nine columns. */
  static Optional<GtfLine> parse(String line) {
    String[] columns = line.split("\t", MOST_COLUMNS);
    if (columns.length < 9) {
      return Optional.empty();
    }
    GtfAttributes attributes = GtfAttributes.of(columns[8]);
    return Optional.of(
        new GtfLine(
            columns,
            attributes,
            GtfAttributes.plain(attributes.geneId()),
            GtfAttributes.plain(attributes.transcriptId())));
  }

  String feature() {
    return columns[2];
  }

  String contig() {
    return columns[0];
  }

  String strand() {
    return columns[6];
  }

  boolean isGene() {
    return feature().equals("gene");
  }

  boolean isExon() {
    return feature().equals("exon");
  }

  /** True if RSEM and all later tools accept its attributes unchanged. */
  boolean isRegular() {
    return attributes.regular()
        && columns.length == 9
        && gene.equals(attributes.geneId())
        && transcript.equals(attributes.transcriptId());
  }

  /** The line with its ids as the only attributes, in the form that RSEM accepts. */
  String rewritten() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      text.append(columns[i]).append('\t');
    }
    text.append("gene_id \"").append(gene).append("\"; transcript_id \"");
    return text.append(transcript).append("\";").toString();
  }

  /** The fault for which rsem-prepare-reference 1.3.3 would fail or silently drop the line. */
  Optional<Flaw> flaw(Map<String, Long> contigs) {
    Long length = contigs.get(contig());
    if (length == null) {
      return Optional.of(Flaw.CONTIG);
    }
    if (!isStranded()) {
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

  boolean isStranded() {
    return strand().equals("+") || strand().equals("-");
  }

  /** The reason why a line, or a transcript with all its lines, is dropped. */
  enum Flaw {
    COLUMNS("fewer than 9 columns"),
    GENE("gene line without gene_id, strand or known contig"),
    IDS("no gene_id or transcript_id"),
    CONTIG("contig not in FASTA"),
    STRAND("strand not + or -"),
    COORDINATES("bad coordinates"),
    PAST_END("past the end of the contig"),
    BIOTYPE("excluded biotype"),
    SEVERAL_GENES("one transcript_id under several genes"),
    SEVERAL_CONTIGS("exons on several contigs"),
    BOTH_STRANDS("exons on both strands"),
    SAME_NAME("the same name as another once blanks are replaced"),
    NO_EXON("no exon line"),
    UNUSABLE("no usable exon left");

    private final String words;

    Flaw(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    /** A key for {@link refinery.protocol.artifact.KeyValues}. */
    String key() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
