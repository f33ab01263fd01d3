package refinery.pipeline;

import java.util.Optional;

/**
 * The ninth column of a GTF line. It is read by the grammar of rsem-prepare-reference, but nothing
 * is refused: names are separated from values by white space, ids are quoted, and every attribute
 * ends with {@code ;}. Takes one pass over any text.
 *
 * @param geneId as written; empty when there is none
 * @param transcriptId as written; empty when there is none
 * @param geneName empty when there is none
 * @param transcriptName empty when there is none
 * @param biotype of the transcript, otherwise of the gene, by the attribute names of Ensembl and
 *     GENCODE
 * @param regular true if RSEM accepts the text unchanged
 */
record GtfAttributes(
    String geneId,
    String transcriptId,
    String geneName,
    String transcriptName,
    Optional<String> biotype,
    boolean regular) {

  static GtfAttributes of(String text) {
    return new Reader(text).read();
  }

  /** Reads one text, once. */
  private static final class Reader {
    private final String text;
    private int at;
    private String gene = "";
    private String transcript = "";
    private String geneName = "";
    private String transcriptName = "";
    private String geneBiotype;
    private String transcriptBiotype;
    private boolean regular = true;

    Reader(String text) {
      this.text = text;
    }

    GtfAttributes read() {
      for (skipBlanks(); at < text.length(); skipBlanks()) {
        attribute();
      }
      return new GtfAttributes(
          gene,
          transcript,
          geneName,
          transcriptName,
          Optional.ofNullable(transcriptBiotype == null ? geneBiotype : transcriptBiotype),
          regular);
    }

    private void attribute() {
      int start = at;
      while (at < text.length()
          && !isBlank(text.charAt(at))
          && ";\"".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      String name = text.substring(start, at);
      regular &= at > start && at < text.length() && isBlank(text.charAt(at));
      skipBlanks();
      if (at < text.length() && text.charAt(at) == '"') {
        int close = text.indexOf('"', at + 1);
        if (close < 0) {
          regular = false;
          at = text.length();
          return;
        }
        set(name, text.substring(at + 1, close), true);
        at = close + 1;
        skipBlanks();
        end();
      } else {
        int from = at;
        int semicolon = text.indexOf(';', at);
        at = semicolon < 0 ? text.length() : semicolon;
        set(name, text.substring(from, at).strip(), false);
        end();
      }
    }

    /** Skips the semicolon; without one the text is irregular. */
    private void end() {
      if (at < text.length() && text.charAt(at) == ';') {
        at++;
      } else {
        regular = false;
      }
    }

    private void set(String name, String value, boolean quoted) {
      switch (name) {
        case "gene_id" -> {
          regular &= quoted && gene.isEmpty();
          gene = gene.isEmpty() ? value : gene;
        }
        case "transcript_id" -> {
          regular &= quoted && transcript.isEmpty();
          transcript = transcript.isEmpty() ? value : transcript;
        }
        case "gene_name" -> geneName = geneName.isEmpty() ? value : geneName;
        case "transcript_name" ->
            transcriptName = transcriptName.isEmpty() ? value : transcriptName;
        case "gene_biotype", "gene_type" -> geneBiotype = value;
        case "transcript_biotype", "transcript_type" -> transcriptBiotype = value;
        default -> {
          // Other attributes are not needed.
        }
      }
    }

    private void skipBlanks() {
      while (at < text.length() && isBlank(text.charAt(at))) {
        at++;
      }
    }
  }

  /** True for C's {@code isspace} and all control characters: no tool accepts them in a name. */
  static boolean isBlank(char c) {
    return c <= ' ' || c == 0x7f;
  }

  /**
   * Changes an id so that RSEM's tables, FASTA headers and the quantifiers' tables all keep it
   * whole: blanks, and {@code #} or {@code >} at the beginning, become {@code _}.
   */
  static String plain(String id) {
    boolean odd = !id.isEmpty() && "#>".indexOf(id.charAt(0)) >= 0;
    for (int i = 0; i < id.length() && !odd; i++) {
      odd = isBlank(id.charAt(i));
    }
    if (!odd) {
      return id;
    }
    StringBuilder plain = new StringBuilder(id.strip());
    for (int i = 0; i < plain.length(); i++) {
      if (isBlank(plain.charAt(i)) || i == 0 && "#>".indexOf(plain.charAt(i)) >= 0) {
        plain.setCharAt(i, '_');
      }
    }
    return plain.toString();
  }
}
