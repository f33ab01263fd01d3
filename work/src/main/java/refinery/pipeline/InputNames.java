package refinery.pipeline;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.protocol.batch.RawFile;

/**
 * Names inputs in the working directory by their roles. So command lines are the same for every
 * mirror and every name that an archive gives its files.
 */
final class InputNames {
  private static final Pattern ENDING =
      Pattern.compile("\\.(fastq|fq|fasta|fa|fna|gtf|gff|gff3|tsv|txt|json)(\\.gz)?$");
  private static final Pattern ROLE = Pattern.compile("[a-z][a-z0-9_]{0,40}");

  private InputNames() {}

  static String path(RawFile file) {
    if (!ROLE.matcher(file.role()).matches()) {
      throw new IllegalArgumentException("not a role: " + file.role());
    }
    Matcher ending = ENDING.matcher(file.name().toLowerCase(Locale.ROOT));
    return "inputs/" + file.role() + (ending.find() ? ending.group() : "");
  }
}
