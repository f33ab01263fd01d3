package refinery.pipeline;

import java.util.Map;
import java.util.Optional;
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
  /** Nine, and whatever comes behind them in one. */
  private static final int MOST_COLUMNS = 10;

  private static final Pattern NUMBER = Pattern.compile("\\d{1,15}");

  /** Empty when the line has fewer than nine columns. */
  static Optional<GtfLine> parse(String line) {
    String[] columns = line.split("\t", MOST_COLUMNS);
    if (columns.length < 9) {
      return Optional.empty();
    }
    Attributes attributes = new Attributes();
    attributes.read(columns[8]);
    return Optional.of(
        new GtfLine(
            columns,
            columns[2],
            attributes.gene,
            attributes.transcript,
            Optional.ofNullable(
                attributes.transcriptBiotype == null
                    ? attributes.geneBiotype
                    : attributes.transcriptBiotype)));
  }

  /** {@code name "value"} pairs, the last of each name, in one pass whatever the text. */
  private static final class Attributes {
    private String gene = "";
    private String transcript = "";
    private String geneBiotype;
    private String transcriptBiotype;

    void read(String text) {
      int from = 0;
      for (int open = text.indexOf('"'); open >= 0; open = text.indexOf('"', from)) {
        int start = nameStart(text, from, open - 1);
        if (start == open - 1 || open == 0 || text.charAt(open - 1) != ' ') {
          from = open + 1;
          continue;
        }
        int close = text.indexOf('"', open + 1);
        if (close < 0) {
          return;
        }
        set(text.substring(start, open - 1), text, open + 1, close);
        from = close + 1;
      }
    }

    /** Where the word begins that ends before {@code end}. */
    private static int nameStart(String text, int from, int end) {
      int start = Math.max(from, end);
      while (start > from && isWord(text.charAt(start - 1))) {
        start--;
      }
      return Math.min(start, end);
    }

    private static boolean isWord(char c) {
      return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }

    private void set(String name, String text, int start, int end) {
      switch (name) {
        case "gene_id" -> gene = text.substring(start, end);
        case "transcript_id" -> transcript = text.substring(start, end);
        case "gene_biotype", "gene_type" -> geneBiotype = text.substring(start, end);
        case "transcript_biotype", "transcript_type" ->
            transcriptBiotype = text.substring(start, end);
        default -> {
          // other attributes do not matter here
        }
      }
    }
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
