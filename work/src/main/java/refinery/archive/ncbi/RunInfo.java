package refinery.archive.ncbi;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import refinery.archive.AnswerText;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.DelimitedText;
import refinery.archive.MalformedAnswer;

/**
 * One row of NCBI's run info, which is CSV. Pure.
 *
 * @param columns all values that are not blank, by NCBI's names; untrusted text
 */
public record RunInfo(Map<String, String> columns) {
  private static final String RUN = "Run";
  private static final String RUN_FORM = "[SED]RR[0-9]{6,12}";

  /** The columns of an answer that comes without a header. */
  private static final List<String> COLUMNS =
      List.of(
          ("Run,ReleaseDate,LoadDate,spots,bases,spots_with_mates,avgLength,size_MB,AssemblyName,"
                  + "download_path,Experiment,LibraryName,LibraryStrategy,LibrarySelection,"
                  + "LibrarySource,LibraryLayout,InsertSize,InsertDev,Platform,Model,SRAStudy,"
                  + "BioProject,Study_Pubmed_id,ProjectID,Sample,BioSample,SampleType,TaxID,"
                  + "ScientificName,SampleName,g1k_pop_code,source,g1k_analysis_group,Subject_ID,"
                  + "Sex,Disease,Tumor,Affection_Status,Analyte_Type,Histological_Type,Body_Site,"
                  + "CenterName,Submission,dbgap_study_accession,Consent,RunHash,ReadHash")
              .split(","));

  /** ENA's names by NCBI's; the rest of the program uses ENA's. */
  private static final Map<String, String> ENA_NAMES =
      Map.ofEntries(
          Map.entry(RUN, "run_accession"),
          Map.entry("spots", "read_count"),
          Map.entry("bases", "base_count"),
          Map.entry("Experiment", "experiment_accession"),
          Map.entry("LibraryName", "library_name"),
          Map.entry("LibraryStrategy", "library_strategy"),
          Map.entry("LibrarySelection", "library_selection"),
          Map.entry("LibrarySource", "library_source"),
          Map.entry("LibraryLayout", "library_layout"),
          Map.entry("Platform", "instrument_platform"),
          Map.entry("Model", "instrument_model"),
          Map.entry("SRAStudy", "secondary_study_accession"),
          Map.entry("BioProject", "study_accession"),
          Map.entry("Sample", "secondary_sample_accession"),
          Map.entry("BioSample", "sample_accession"),
          Map.entry("TaxID", "tax_id"),
          Map.entry("ScientificName", "scientific_name"),
          Map.entry("Submission", "submission_accession"));

  private static final List<String> ACCESSIONS =
      List.of(RUN, "Experiment", "Sample", "BioSample", "SRAStudy", "BioProject", "Submission");

  public RunInfo {
    columns = Map.copyOf(columns);
  }

  public String run() {
    return columns.get(RUN);
  }

  /** True if the run is, or belongs to, what has this accession. A search also finds other runs. */
  public boolean carries(String accession) {
    return ACCESSIONS.stream()
        .flatMap(name -> Stream.ofNullable(columns.get(name)))
        .anyMatch(accession::equalsIgnoreCase);
  }

  /**
   * Why its reads cannot be downloaded; empty when they are public. Data under controlled access
   * are not public, though their description is.
   */
  public Optional<String> controlled() {
    String consent = columns.getOrDefault("Consent", "public");
    return consent.equalsIgnoreCase("public")
        ? Optional.empty()
        : Optional.of("its access is controlled (consent " + ArchiveHttp.oneLine(consent) + ")");
  }

  /**
   * The values under ENA's names if ENA has one, otherwise under {@code ncbi_NAME}. Adds the
   * archive's size in bytes; NCBI states it in whole MiB, so it is rounded up.
   */
  public Map<String, String> inEnaWords() {
    Map<String, String> words = new LinkedHashMap<>();
    columns.forEach(
        (name, value) ->
            words.put(
                Optional.ofNullable(ENA_NAMES.get(name))
                    .orElse("ncbi_" + name.toLowerCase(Locale.ROOT)),
                value));
    String size = columns.getOrDefault("size_MB", "0");
    if (size.matches("[1-9][0-9]{0,8}")) {
      words.put("sra_bytes", Long.toString((Long.parseLong(size) + 1) << 20));
    }
    return words;
  }

  /**
   * @throws MalformedAnswer when the text is a web page, an error, or cut off
   */
  static List<RunInfo> read(AnswerText text, ArchivesConfig.Limits limits)
      throws IOException, MalformedAnswer {
    DelimitedText table = new DelimitedText(text, limits, ',');
    List<String> header = COLUMNS;
    List<RunInfo> runs = new ArrayList<>();
    for (Optional<DelimitedText.Row> row = table.next(); row.isPresent(); row = table.next()) {
      List<String> values = row.get().values();
      if (values.getFirst().equals(RUN)) {
        header = values;
      } else if (values.getFirst().matches(RUN_FORM)) {
        runs.add(of(header, row.get()));
      } else {
        throw new MalformedAnswer(
            "line "
                + row.get().line()
                + " is no run info: "
                + ArchiveHttp.oneLine(values.getFirst()));
      }
    }
    return runs;
  }

  private static RunInfo of(List<String> header, DelimitedText.Row row) throws MalformedAnswer {
    if (row.values().size() != header.size()) {
      throw new MalformedAnswer(
          "line %d has %d values, the header %d"
              .formatted(row.line(), row.values().size(), header.size()));
    }
    Map<String, String> columns = new LinkedHashMap<>();
    for (int i = 0; i < header.size(); i++) {
      String value = row.values().get(i).strip();
      if (!value.isEmpty()) {
        columns.put(header.get(i), value);
      }
    }
    return new RunInfo(columns);
  }
}
