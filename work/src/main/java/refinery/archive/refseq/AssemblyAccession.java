package refinery.archive.refseq;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An accession such as {@code GCF_000001405.40}. Pure.
 *
 * @param kind {@code GCF} or {@code GCA}
 * @param digits nine digits
 * @param version empty: the newest
 */
record AssemblyAccession(String kind, String digits, OptionalInt version) {
  private static final Pattern FORM =
      Pattern.compile("(GC[AF])_([0-9]{9})(?:\\.([1-9][0-9]{0,3}))?");

  /** The name of a directory: accession, version, and name of the assembly. */
  private static final Pattern DIRECTORY =
      Pattern.compile("(GC[AF]_[0-9]{9})\\.([1-9][0-9]{0,3})_([A-Za-z0-9_][A-Za-z0-9._+-]{0,99})");

  static Optional<AssemblyAccession> of(String text) {
    Matcher matcher = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    OptionalInt version =
        matcher.group(3) == null
            ? OptionalInt.empty()
            : OptionalInt.of(Integer.parseInt(matcher.group(3)));
    return Optional.of(new AssemblyAccession(matcher.group(1), matcher.group(2), version));
  }

  /** The path on the file server, such as {@code GCF/000/001/405}. */
  String path() {
    return kind
        + "/"
        + digits.substring(0, 3)
        + "/"
        + digits.substring(3, 6)
        + "/"
        + digits.substring(6);
  }

  /** The directory of one version's files. */
  record Directory(String name, String accession, int version, String assembly) {}

  /** Chooses the directory of this accession from a listing. */
  Optional<Directory> choose(List<String> names) {
    return names.stream()
        .map(DIRECTORY::matcher)
        .filter(matcher -> matcher.matches() && matcher.group(1).equals(kind + "_" + digits))
        .map(
            matcher ->
                new Directory(
                    matcher.group(),
                    matcher.group(1) + "." + matcher.group(2),
                    Integer.parseInt(matcher.group(2)),
                    matcher.group(3)))
        .filter(directory -> version.isEmpty() || version.getAsInt() == directory.version())
        .max(Comparator.comparingInt(Directory::version).thenComparing(Directory::name));
  }

  @Override
  public String toString() {
    return kind + "_" + digits + (version.isPresent() ? "." + version.getAsInt() : "");
  }
}
