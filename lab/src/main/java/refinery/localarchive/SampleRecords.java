package refinery.localarchive;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Records of samples made of the archive's runs: GEO's series {@code GSE990101} of the study {@code
 * PRJNA990101}, with a sample for each run, and the table of ArrayExpress's study {@code
 * E-MTAB-990101} of the same. Thread-safe.
 */
final class SampleRecords {
  private static final Pattern TABLE =
      Pattern.compile("/biostudies/files/(E-MTAB-([0-9]+))/\\1\\.sdrf\\.txt");
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");

  private final Runs runs;

  SampleRecords(Runs runs) {
    this.runs = runs;
  }

  Reply geo(Request request) {
    String accession = request.parameter("acc", "");
    boolean samples = request.parameter("targ", "self").equals("gsm");
    String text =
        accession.startsWith("GSM")
            ? soft(runs.rows().stream().filter(run -> sample(run).equals(accession)).toList())
            : series(accession, samples);
    return text.isEmpty()
        ? Reply.of(
            200,
            Reply.TEXT,
            "<html><body>Could not find a public or private accession</body></html>")
        : Reply.of(200, Reply.TEXT, text);
  }

  private String series(String accession, boolean samples) {
    List<Map<String, String>> of = study("PRJNA" + accession.replaceFirst("^GSE", ""));
    if (of.isEmpty() || samples) {
      return soft(of);
    }
    return """
    ^SERIES = %s
    !Series_title = %s
    !Series_geo_accession = %s
    !Series_relation = BioProject: https://www.ncbi.nlm.nih.gov/bioproject/%s
    """
        .formatted(
            accession,
            of.getFirst().getOrDefault("study_title", ""),
            accession,
            of.getFirst().get("study_accession"));
  }

  private static String soft(List<Map<String, String>> of) {
    return of.stream()
        .map(
            run ->
                """
                ^SAMPLE = %s
                !Sample_title = %s
                !Sample_source_name_ch1 = %s
                !Sample_characteristics_ch1 = tissue: %s
                !Sample_relation = SRA: https://www.ncbi.nlm.nih.gov/sra?term=%s
                """
                    .formatted(
                        sample(run),
                        run.getOrDefault("sample_title", ""),
                        run.getOrDefault("scientific_name", ""),
                        run.getOrDefault("sample_title", ""),
                        run.get("experiment_accession")))
        .collect(Collectors.joining());
  }

  private static String sample(Map<String, String> run) {
    Matcher digits = DIGITS.matcher(run.getOrDefault("run_accession", ""));
    return digits.find() ? "GSM" + digits.group() : "";
  }

  private List<Map<String, String>> study(String accession) {
    return runs.rows().stream()
        .filter(run -> accession.equals(run.get("study_accession")))
        .toList();
  }

  /** The table of a study; empty if this path is none. */
  Optional<Reply> table(String path) {
    Matcher study = TABLE.matcher(path);
    if (!study.matches() || study("PRJNA" + study.group(2)).isEmpty()) {
      return Optional.empty();
    }
    String rows =
        study("PRJNA" + study.group(2)).stream()
            .map(
                run ->
                    String.join(
                            "\t",
                            run.getOrDefault("sample_accession", ""),
                            run.getOrDefault("scientific_name", ""),
                            run.getOrDefault("sample_title", ""),
                            run.get("run_accession"))
                        + "\n")
            .collect(Collectors.joining());
    return Optional.of(
        Reply.of(
            200,
            Reply.TEXT,
            "Source Name\tCharacteristics[organism]\tCharacteristics [organism part]"
                + "\tComment[ENA_RUN]\n"
                + rows));
  }
}
