package refinery.archive.ena;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import refinery.archive.ArchivePath;
import refinery.archive.Slug;

/**
 * One run as the portal describes it, checked. Pure.
 *
 * @param fields all values that are not blank, without control characters
 * @param fastq the archive's FASTQ files, in the portal's order
 * @param notes faults in the portal's answer, for the batch's metadata
 */
record EnaRun(String accession, Map<String, String> fields, List<Fastq> fastq, List<String> notes) {
  private static final Pattern ACCESSION = Pattern.compile("[SED]RR[0-9]{6,12}");
  private static final Pattern SAFE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}");
  private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,15}");

  EnaRun {
    fields = Map.copyOf(fields);
    fastq = List.copyOf(fastq);
    notes = List.copyOf(notes);
  }

  /**
   * One FASTQ file: a name that is safe in a path, the encoded path, and the size and MD5 that the
   * archive states.
   */
  record Fastq(String name, String path, OptionalLong bytes, Optional<String> md5) {}

  /** Reads a row; empty if its accession is not that of a run. */
  static Optional<EnaRun> of(Map<String, String> row) {
    String accession = row.getOrDefault(EnaRows.RUN_ACCESSION, "").strip();
    if (!ACCESSION.matcher(accession).matches()) {
      return Optional.empty();
    }
    Map<String, String> fields = new LinkedHashMap<>();
    row.forEach(
        (name, value) -> {
          String clean = Slug.metadata(value);
          if (!clean.isEmpty()) {
            fields.put(name, clean);
          }
        });
    List<String> notes = new ArrayList<>();
    List<Fastq> fastq = fastq(row, notes);
    return Optional.of(new EnaRun(accession, fields, fastq, notes));
  }

  String field(String name) {
    return fields.getOrDefault(name, "");
  }

  OptionalLong number(String name) {
    return number(Optional.of(field(name)));
  }

  /**
   * Reads the lists of addresses, MD5s and sizes, which are separated by {@code ;} and belong
   * together by position, empty entries included. If the MD5s or sizes are not as many as the
   * addresses it is unknown which belongs to which file, so that list is dropped.
   */
  private static List<Fastq> fastq(Map<String, String> row, List<String> notes) {
    List<String> addresses = entries(row.getOrDefault("fastq_ftp", ""));
    List<String> sums = aligned(row, "fastq_md5", addresses.size(), notes);
    List<String> sizes = aligned(row, "fastq_bytes", addresses.size(), notes);
    List<Fastq> files = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < addresses.size(); i++) {
      String address = addresses.get(i);
      if (address.isEmpty()) {
        notes.add("ENA's list of FASTQ files has an empty entry at place " + (i + 1));
        continue;
      }
      Optional<ArchivePath> path =
          ArchivePath.of(address).filter(p -> SAFE_NAME.matcher(p.fileName()).matches());
      if (path.isEmpty()) {
        notes.add("ENA's address number " + (i + 1) + " is not usable: " + Slug.metadata(address));
      } else if (names.add(path.get().fileName())) {
        files.add(
            new Fastq(
                path.get().fileName(),
                path.get().encoded(),
                number(at(sizes, i)),
                at(sums, i)
                    .map(sum -> sum.toLowerCase(Locale.ROOT))
                    .filter(sum -> MD5.matcher(sum).matches())));
      }
    }
    return files;
  }

  private static List<String> aligned(
      Map<String, String> row, String field, int expected, List<String> notes) {
    List<String> values = entries(row.getOrDefault(field, ""));
    if (!values.isEmpty() && values.size() != expected) {
      notes.add(
          "ENA states %d values of %s for %d files; none is used"
              .formatted(values.size(), field, expected));
      return List.of();
    }
    return values;
  }

  private static List<String> entries(String text) {
    if (text.isBlank()) {
      return List.of();
    }
    List<String> entries = new ArrayList<>();
    for (String entry : text.split(";", -1)) {
      entries.add(entry.strip());
    }
    return entries;
  }

  private static Optional<String> at(List<String> values, int index) {
    return index < values.size() ? Optional.of(values.get(index)) : Optional.empty();
  }

  /** Reads a number; archives write 0 for what they do not know, so 0 is empty. */
  private static OptionalLong number(Optional<String> text) {
    return text.filter(value -> NUMBER.matcher(value).matches())
        .map(Long::parseLong)
        .filter(value -> value > 0)
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }
}
