package refinery.figures;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A table that names the genes or cells of a MatrixMarket file, one in a line: 10x's {@code
 * features.tsv} and {@code genes.tsv} (id, symbol, type) and {@code barcodes.tsv}, or those of the
 * Human Cell Atlas, which begin with a header.
 */
final class NameTable {
  private static final int LONGEST_LINE = 1 << 16;
  private static final List<String> ID_HEADERS = List.of("featurekey", "cellkey", "gene_id");
  private static final List<String> SYMBOL_HEADERS = List.of("featurename", "gene_name");

  private final String file;
  private final Names ids;
  private final Names symbols;
  private final BitSet other = new BitSet();
  private boolean header;
  private int idColumn;
  private int symbolColumn = 1;
  private int typeColumn = 2;

  private NameTable(String file, String what, Limits limits) {
    this.file = file;
    this.ids = new Names(what, limits.nameBytes());
    this.symbols = new Names(what, limits.nameBytes());
  }

  /**
   * @param file its name, for messages
   */
  static NameTable read(String file, InputStream in, String what, Limits limits)
      throws IOException, UnusableMatrix {
    NameTable table = new NameTable(file, what, limits);
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
    int most = what.equals("genes") ? limits.genes() : limits.cells();
    long line = 0;
    for (String text = line(reader, file); text != null; text = line(reader, file)) {
      line++;
      if (line == 1 && table.isHeader(text.split("\t", -1))) {
        continue;
      }
      if (!text.isEmpty()) {
        table.add(text, line, most);
      }
    }
    return table;
  }

  private static String line(BufferedReader reader, String file)
      throws IOException, UnusableMatrix {
    StringBuilder line = new StringBuilder();
    for (int next = reader.read(); next != '\n'; next = reader.read()) {
      if (next < 0) {
        return line.isEmpty() ? null : line.toString();
      }
      if (line.length() >= LONGEST_LINE) {
        throw UnusableMatrix.refused(
            file + " has a line of more than " + LONGEST_LINE + " letters");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  private boolean isHeader(String[] columns) {
    List<String> names = new ArrayList<>(Arrays.asList(columns));
    int id = first(names, ID_HEADERS);
    if (id < 0) {
      return false;
    }
    header = true;
    idColumn = id;
    symbolColumn = first(names, SYMBOL_HEADERS);
    typeColumn = -1;
    return true;
  }

  private static int first(List<String> names, List<String> wanted) {
    return wanted.stream().mapToInt(names::indexOf).filter(at -> at >= 0).findFirst().orElse(-1);
  }

  private void add(String text, long line, int most) throws UnusableMatrix {
    if (ids.size() > most) {
      throw UnusableMatrix.refused("%s has more than %d lines".formatted(file, most));
    }
    String[] columns = text.split("\t", -1);
    if (idColumn >= columns.length || columns[idColumn].isBlank()) {
      throw UnusableMatrix.refused("line %d of %s names nothing".formatted(line, file));
    }
    boolean symbol = symbolColumn >= 0 && symbolColumn < columns.length;
    boolean named = symbol && !columns[symbolColumn].isBlank();
    if (typeColumn >= 0 && typeColumn < columns.length && !Features.isGene(columns[typeColumn])) {
      other.set(ids.size());
    }
    ids.add(columns[idColumn]);
    symbols.add(named ? columns[symbolColumn] : columns[idColumn]);
  }

  String file() {
    return file;
  }

  boolean names(long count) {
    return ids.size() == count;
  }

  int size() {
    return ids.size();
  }

  Names ids() {
    return ids;
  }

  Features features() {
    return new Features(ids, symbols, Features.other(other, ids.size()));
  }

  boolean hasHeader() {
    return header;
  }
}
