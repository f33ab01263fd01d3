package refinery.archive.ensembl;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.archive.AnswerText;
import refinery.archive.MalformedAnswer;

/**
 * A directory's file {@code CHECKSUMS}: lines of a BSD checksum (16 bits), the number of blocks of
 * 1 KiB, and the file name. It is the only listing of a directory. File names are taken from it if
 * it exists, because the REST answers spell assemblies differently, and the spelling changes
 * between releases. Pure.
 *
 * @param sums {@code "SUM BLOCKS"} by file name
 */
record Checksums(Map<String, String> sums) {
  private static final Pattern LINE =
      Pattern.compile(
          "\\s*(\\d{1,5})\\s+(\\d{1,15})\\s+(?:\\./)?([A-Za-z0-9_][A-Za-z0-9._+-]{0,199})\\s*");
  private static final Pattern GENOME =
      Pattern.compile("([^.]+)\\.(.+)\\.dna\\.(primary_assembly|toplevel)\\.fa\\.gz");

  static final Checksums NONE = new Checksums(Map.of());

  Checksums {
    sums = Map.copyOf(sums);
  }

  /** A FASTA file's name, and the assembly as it is spelled in that name. */
  record GenomeFile(String name, String assembly) {}

  /**
   * @throws MalformedAnswer when the text is a web page
   */
  static Checksums read(AnswerText text) throws IOException, MalformedAnswer {
    Map<String, String> sums = new LinkedHashMap<>();
    boolean first = true;
    for (String line = text.line(); line != null; line = text.line()) {
      if (first && line.stripLeading().startsWith("<")) {
        throw new MalformedAnswer("a web page instead of CHECKSUMS");
      }
      first = first && line.isBlank();
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        sums.put(
            matcher.group(3),
            Integer.parseInt(matcher.group(1)) + " " + Long.parseLong(matcher.group(2)));
      }
    }
    return new Checksums(sums);
  }

  Optional<String> sum(String name) {
    return Optional.ofNullable(sums.get(name));
  }

  /**
   * Finds the unmasked whole genome of a kind ({@code primary_assembly} or {@code toplevel}): that
   * of the stated assembly if listed, otherwise the first by name.
   */
  Optional<GenomeFile> genome(String kind, String assembly) {
    return sums.keySet().stream()
        .map(GENOME::matcher)
        .filter(matcher -> matcher.matches() && matcher.group(3).equals(kind))
        .map(matcher -> new GenomeFile(matcher.group(), matcher.group(2)))
        .min(
            java.util.Comparator.comparing((GenomeFile file) -> !file.assembly().equals(assembly))
                .thenComparing(GenomeFile::name));
  }
}
