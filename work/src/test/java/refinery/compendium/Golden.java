package refinery.compendium;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import refinery.expression.Close;
import refinery.expression.Columns;
import refinery.expression.Counts;

/** A table of reference values; {@code generate.py} beside it made it. */
public record Golden(List<String> genes, List<String> samples, double[][] columns) {
  public static Golden read(String name) {
    return read("compendium", name);
  }

  public static Golden read(String folder, String name) {
    List<String> lines;
    try (InputStream in = Golden.class.getResourceAsStream("/refinery/" + folder + "/" + name)) {
      lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> samples =
        List.of(lines.getFirst().split("\t")).subList(1, fields(lines.getFirst()));
    double[][] columns = new double[samples.size()][lines.size() - 1];
    List<String> genes = new ArrayList<>();
    for (int row = 0; row + 1 < lines.size(); row++) {
      String[] fields = lines.get(row + 1).split("\t", -1);
      genes.add(fields[0]);
      for (int sample = 0; sample < columns.length; sample++) {
        String field = fields[sample + 1];
        columns[sample][row] =
            field.equals("NA") || field.isEmpty() ? Double.NaN : Double.parseDouble(field);
      }
    }
    return new Golden(genes, samples, columns);
  }

  private static int fields(String line) {
    return line.split("\t").length;
  }

  public Columns values() {
    return Counts.of(columns);
  }

  /** Compares every cell and prints the greatest difference. */
  public void assertSame(String what, Columns found, double tolerance) {
    assertThat(found.samples()).as(what).isEqualTo(columns.length);
    Close close = Close.near(what, tolerance);
    for (int sample = 0; sample < columns.length; sample++) {
      double[] column = found.column(sample);
      assertThat(column).as(what).hasSize(genes.size());
      for (int row = 0; row < column.length; row++) {
        String cell = genes.get(row) + " of " + samples.get(sample);
        close.and(cell, column[row], columns[sample][row]);
      }
    }
    close.print();
  }
}
