package refinery.recipe;

import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;
import java.util.zip.GZIPOutputStream;
import refinery.expression.Columns;
import refinery.expression.RowBlocks;

/** Writes tables as text. What is absent is {@code NA}; a line has no character that ends it. */
final class TextTable {
  private static final int BUFFER = 1 << 16;

  private TextTable() {}

  static Writer writer(OutputStream out) {
    return new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), BUFFER);
  }

  static void line(Appendable out, List<String> fields) throws IOException {
    StringJoiner line = new StringJoiner("\t", "", "\n");
    fields.forEach(field -> line.add(field.replaceAll("\\p{Cntrl}", " ")));
    out.append(line.toString());
  }

  /** A gzip file of genes by samples; no time is in it. */
  static void matrix(
      OutputStream file, List<String> genes, List<String> samples, Columns values, long memory)
      throws IOException {
    try (Writer out =
        writer(new GZIPOutputStream(new BufferedOutputStream(file, BUFFER), BUFFER))) {
      out.append("gene_id\t").append(String.join("\t", samples)).append('\n');
      double[] row = new double[samples.size()];
      new RowBlocks(values, memory)
          .each(
              block -> {
                try {
                  for (int i = 0; i < block.rows(); i++) {
                    block.row(i, row);
                    out.append(genes.get(block.first() + i));
                    for (double value : row) {
                      out.append('\t').append(Double.isNaN(value) ? "NA" : Double.toString(value));
                    }
                    out.append('\n');
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
