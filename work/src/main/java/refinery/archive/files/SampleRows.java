package refinery.archive.files;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import refinery.archive.Slug;

/**
 * Turns the lines of one table into samples, and finds the faults of each line. It judges the text
 * alone; whether a file exists is checked later. Used by one thread, for one table.
 */
final class SampleRows {
  private static final Pattern COLUMN = Pattern.compile("[A-Za-z][A-Za-z0-9_ .()/-]{0,59}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]{0,99}");
  private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern TAXON = Pattern.compile("[1-9][0-9]{0,9}");
  private static final Pattern READS = Pattern.compile("(?i).+\\.(fastq|fq)\\.gz");

  /** Other names of known columns, as the sample sheets of common pipelines use them. */
  private static final Map<String, String> ALIASES =
      Map.of(
          "sample_name", "sample",
          "fastq_1", "reads_1",
          "fastq_2", "reads_2",
          "fastq", "reads",
          "taxon", "tax_id",
          "taxon_id", "tax_id",
          "organism", "scientific_name");

  private final FilesConfig config;
  private final Map<String, Integer> seen = new HashMap<>();

  SampleRows(FilesConfig config) {
    this.config = config;
  }

  /** The column that a header names: known ones in any case, others unchanged. */
  static String column(String text) {
    String plain = text.strip();
    String lower = plain.toLowerCase(Locale.ROOT);
    return ALIASES.getOrDefault(lower, SampleColumns.KNOWN.contains(lower) ? lower : plain);
  }

  /** The fault of a header; empty when it has none. */
  static Optional<String> headerProblem(List<String> columns) {
    for (String column : columns) {
      if (!COLUMN.matcher(column).matches()) {
        return Optional.of("'" + Slug.metadata(column) + "' is no name of a column");
      }
      if (columns.indexOf(column) != columns.lastIndexOf(column)) {
        return Optional.of("two columns are named " + column);
      }
    }
    if (!columns.contains("sample")) {
      return Optional.of("there is no column 'sample'");
    }
    if (!columns.contains("reads") && !columns.contains("reads_1")) {
      return Optional.of("there is no column 'reads_1' (and 'reads_2'), nor 'reads'");
    }
    return Optional.empty();
  }

  /**
   * A fault of a line.
   *
   * @param column of the wrong value; empty when the whole line is wrong
   */
  record Wrong(String column, String message) {}

  /** A sample, or all faults of its line. */
  record Read(Optional<Sample> sample, List<Wrong> wrong) {}

  /**
   * @param line number of the line or row, for messages about repeated names
   * @param values by column; blank ones count as missing
   */
  Read read(int line, Map<String, String> values) {
    Map<String, String> row = new LinkedHashMap<>();
    values.forEach(
        (column, value) -> {
          if (!value.isBlank()) {
            row.put(column, value.strip());
          }
        });
    List<Wrong> wrong = new ArrayList<>();
    String name = row.getOrDefault("sample", "");
    if (!NAME.matcher(name).matches()) {
      wrong.add(
          new Wrong(
              "sample",
              "must be a name of letters, digits and ._+-, at most 100, not '"
                  + Slug.metadata(name)
                  + "'"));
    } else if (seen.putIfAbsent(name, line) instanceof Integer first) {
      wrong.add(new Wrong("sample", name + " is in line " + first + " already"));
    }
    taxon(row, wrong);
    List<Sample.Reads> files = files(row, wrong);
    return wrong.isEmpty()
        ? new Read(Optional.of(new Sample(name, files, metadata(row, files))), wrong)
        : new Read(Optional.empty(), wrong);
  }

  private static void taxon(Map<String, String> row, List<Wrong> wrong) {
    String taxon = row.getOrDefault("tax_id", "1");
    if (!TAXON.matcher(taxon).matches()) {
      wrong.add(new Wrong("tax_id", "must be a number, not '" + Slug.metadata(taxon) + "'"));
    }
  }

  private List<Sample.Reads> files(Map<String, String> row, List<Wrong> wrong) {
    boolean single = row.containsKey("reads");
    if (single && (row.containsKey("reads_1") || row.containsKey("reads_2"))) {
      wrong.add(new Wrong("reads", "give either reads, or reads_1 and reads_2"));
      return List.of();
    }
    if (!single && !row.containsKey("reads_1")) {
      wrong.add(new Wrong("reads_1", "is missing"));
      return List.of();
    }
    List<Sample.Reads> files = new ArrayList<>();
    if (single) {
      file(row, "reads", row.containsKey("md5") ? "md5" : "md5_1", wrong).ifPresent(files::add);
    } else {
      boolean paired = row.containsKey("reads_2");
      String sum = !paired && row.containsKey("md5") ? "md5" : "md5_1";
      file(row, "reads_1", sum, wrong).ifPresent(files::add);
      if (paired) {
        file(row, "reads_2", "md5_2", wrong).ifPresent(files::add);
      }
    }
    sums(row, files, wrong);
    if (files.size() == 2 && files.getFirst().address().equals(files.getLast().address())) {
      wrong.add(new Wrong("reads_2", "is the same file as reads_1"));
    }
    return files;
  }

  /** Finds MD5s that are malformed or belong to no file of the line. */
  private static void sums(Map<String, String> row, List<Sample.Reads> files, List<Wrong> wrong) {
    for (String sum : List.of("md5", "md5_1", "md5_2")) {
      String value = row.getOrDefault(sum, "").toLowerCase(Locale.ROOT);
      if (!value.isEmpty() && !MD5.matcher(value).matches()) {
        wrong.add(new Wrong(sum, "must be 32 digits of 0-9 and a-f"));
      } else if (!value.isEmpty()
          && files.stream().noneMatch(file -> file.md5().equals(Optional.of(value)))) {
        wrong.add(new Wrong(sum, "belongs to no file of this line"));
      }
    }
  }

  private Optional<Sample.Reads> file(
      Map<String, String> row, String column, String sum, List<Wrong> wrong) {
    String address = row.get(column);
    Optional<String> problem = problem(address);
    if (problem.isPresent()) {
      wrong.add(new Wrong(column, problem.get() + ": '" + Slug.metadata(address) + "'"));
      return Optional.empty();
    }
    Optional<String> md5 =
        Optional.ofNullable(row.get(sum)).map(value -> value.toLowerCase(Locale.ROOT));
    return Optional.of(new Sample.Reads(column, address, md5));
  }

  private Optional<String> problem(String address) {
    return config.refusal(address, READS, NOT_READS);
  }

  private static final String NOT_READS = "must end in .fastq.gz or .fq.gz";

  private static Map<String, String> metadata(Map<String, String> row, List<Sample.Reads> files) {
    Map<String, String> metadata = new LinkedHashMap<>();
    row.forEach(
        (column, value) -> {
          if (!SampleColumns.FILES.contains(column)) {
            metadata.put(column, Slug.metadata(value));
          }
        });
    metadata.putIfAbsent("library_layout", files.size() == 2 ? "PAIRED" : "SINGLE");
    return metadata;
  }
}
