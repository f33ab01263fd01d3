package refinery.protocol.batch;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One file of a batch as its source describes it.
 *
 * @param name a safe file name: no separators, no leading dot; made by the source, never copied
 *     unchecked from archive metadata
 * @param format of the raw file: {@code fastq.gz}, {@code fa.gz}, {@code gtf.gz}, {@code sra}
 * @param locations mirrors in the order in which they are tried; files of a run may share an {@code
 *     sra} location, from which all of them are extracted at once
 */
public record SourceFile(String name, String format, List<Location> locations) {
  public SourceFile {
    locations = List.copyOf(locations);
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}")) {
      throw new IllegalArgumentException("unsafe file name: " + name);
    }
  }

  /**
   * True when name, format, size and MD5 of all files are equal. Only the first location's size and
   * MD5 count; other locations may differ.
   */
  public static boolean sameContent(List<SourceFile> some, List<SourceFile> others) {
    return contents(some).equals(contents(others));
  }

  private static List<List<Object>> contents(List<SourceFile> files) {
    return files.stream()
        .map(file -> List.<Object>of(file.name(), file.format(), file.size(), file.md5()))
        .toList();
  }

  /** Bytes, as the first location states them. */
  public OptionalLong size() {
    return locations.isEmpty() ? OptionalLong.empty() : locations.getFirst().size();
  }

  /** MD5 in lower-case hex, as the first location states it. */
  public Optional<String> md5() {
    return locations.isEmpty()
        ? Optional.empty()
        : locations
            .getFirst()
            .checksum()
            .filter(checksum -> checksum.algorithm().equals("md5"))
            .map(Location.Checksum::value);
  }
}
