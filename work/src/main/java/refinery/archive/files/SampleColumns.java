package refinery.archive.files;

import java.util.List;
import java.util.Set;

/** The columns with a meaning; all others are metadata and stay as they are. */
final class SampleColumns {
  /** Columns that describe the sample's name and files. */
  static final Set<String> FILES =
      Set.of("sample", "reads", "reads_1", "reads_2", "md5", "md5_1", "md5_2");

  /** Columns that are recognised in upper and lower case. */
  static final List<String> KNOWN =
      List.of(
          "sample",
          "reads",
          "reads_1",
          "reads_2",
          "md5",
          "md5_1",
          "md5_2",
          "scientific_name",
          "tax_id",
          "library_layout",
          "read_count");

  private SampleColumns() {}
}
