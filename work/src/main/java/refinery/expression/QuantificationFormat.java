package refinery.expression;

import java.util.List;
import refinery.expression.QuantificationReader.Column;

/** The tables that the reader knows: their header, and what each column means. */
public enum QuantificationFormat {
  /** {@code quant.sf} of salmon. */
  SALMON(
      List.of("Name", "Length", "EffectiveLength", "TPM", "NumReads"),
      List.of(Column.NAME, Column.LENGTH, Column.EFFECTIVE_LENGTH, Column.TPM, Column.COUNT)),
  /** {@code abundance.tsv} of kallisto. */
  KALLISTO(
      List.of("target_id", "length", "eff_length", "est_counts", "tpm"),
      List.of(Column.NAME, Column.LENGTH, Column.EFFECTIVE_LENGTH, Column.COUNT, Column.TPM)),
  /** {@code .isoforms.results} of RSEM. Effective lengths below 1 become 1, as in tximport. */
  RSEM_ISOFORMS(
      List.of(
          "transcript_id",
          "gene_id",
          "length",
          "effective_length",
          "expected_count",
          "TPM",
          "FPKM",
          "IsoPct"),
      List.of(
          Column.NAME,
          Column.IGNORED,
          Column.LENGTH,
          Column.EFFECTIVE_LENGTH,
          Column.COUNT,
          Column.TPM,
          Column.IGNORED,
          Column.IGNORED)),
  /** {@code .genes.results} of RSEM: already summed up, so its values are taken as they are. */
  RSEM_GENES(
      List.of(
          "gene_id",
          "transcript_id(s)",
          "length",
          "effective_length",
          "expected_count",
          "TPM",
          "FPKM"),
      List.of(
          Column.NAME,
          Column.IGNORED,
          Column.LENGTH,
          Column.EFFECTIVE_LENGTH,
          Column.COUNT,
          Column.TPM,
          Column.IGNORED));

  private final List<String> header;
  private final List<Column> columns;

  QuantificationFormat(List<String> header, List<Column> columns) {
    this.header = header;
    this.columns = columns;
  }

  public List<String> header() {
    return header;
  }

  List<Column> columns() {
    return columns;
  }

  double leastEffectiveLength() {
    return this == RSEM_ISOFORMS ? 1 : 0;
  }
}
