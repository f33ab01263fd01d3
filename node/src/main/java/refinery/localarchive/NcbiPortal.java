package refinery.localarchive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Answers as NCBI's E-utilities (esearch, efetch runinfo and full XML) and SDL do. Sizes and MD5s
 * of archives are those of the files under {@code sra/}. Thread-safe, blocking.
 */
final class NcbiPortal {
  private static final int FIRST_ID = 99_000_001;
  private static final String[] RUNINFO =
      ("Run,ReleaseDate,LoadDate,spots,bases,spots_with_mates,avgLength,size_MB,AssemblyName,"
              + "download_path,Experiment,LibraryName,LibraryStrategy,LibrarySelection,"
              + "LibrarySource,LibraryLayout,InsertSize,InsertDev,Platform,Model,SRAStudy,"
              + "BioProject,Study_Pubmed_id,ProjectID,Sample,BioSample,SampleType,TaxID,"
              + "ScientificName,SampleName,g1k_pop_code,source,g1k_analysis_group,Subject_ID,"
              + "Sex,Disease,Tumor,Affection_Status,Analyte_Type,Histological_Type,Body_Site,"
              + "CenterName,Submission,dbgap_study_accession,Consent,RunHash,ReadHash")
          .split(",");

  private final Runs runs;
  private final FileTree files;
  private final String address;

  NcbiPortal(Runs runs, FileTree files, String address) {
    this.runs = runs;
    this.files = files;
    this.address = address;
  }

  Reply search(Request request) {
    String term = request.parameter("term", "").replaceAll("\\[[^]]*]|\"", "").strip();
    List<String> ids =
        Arrays.stream(term.split("\\s+OR\\s+"))
            .flatMap(accession -> runs.of(accession).stream())
            .map(row -> Integer.toString(FIRST_ID + runs.rows().indexOf(row)))
            .distinct()
            .toList();
    String count = Integer.toString(ids.size());
    if (!request.parameter("retmode", "xml").equals("json")) {
      String list = ids.stream().map(id -> "<Id>" + id + "</Id>\n").collect(Collectors.joining());
      String xml =
          "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<eSearchResult><Count>%s</Count>"
              + "<RetMax>%s</RetMax><RetStart>0</RetStart><IdList>\n%s</IdList></eSearchResult>\n";
      return limited(Reply.of(200, Reply.XML, xml.formatted(count, count, list)));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("count", count);
    result.put("retmax", count);
    result.put("retstart", "0");
    result.put("querykey", "1");
    result.put("webenv", "MCID_0000");
    result.put("idlist", ids);
    Map<String, Object> header = Map.of("type", "esearch", "version", "0.3");
    return limited(Reply.json(200, Map.of("header", header, "esearchresult", result)));
  }

  Reply fetch(Request request, boolean wrongSums) throws IOException {
    String ids = request.parameter("id", "");
    if (ids.isEmpty() && request.parameter("WebEnv", "").isEmpty()) {
      return Reply.of(400, Reply.TEXT, "Both list of IDs and query_key are empty");
    }
    List<Map<String, String>> rows = ids.isEmpty() ? runs.rows() : byIds(ids);
    if (request.parameter("rettype", "full").equals("runinfo")) {
      StringBuilder csv = new StringBuilder(String.join(",", RUNINFO) + "\n");
      for (Map<String, String> row : rows) {
        csv.append(runInfo(row)).append('\n');
      }
      return limited(Reply.of(200, "text/csv", csv + "\n"));
    }
    StringBuilder xml =
        new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"  ?>\n")
            .append("<EXPERIMENT_PACKAGE_SET>\n");
    for (Map<String, String> row : rows) {
      xml.append(experimentPackage(row, wrongSums)).append('\n');
    }
    return limited(Reply.of(200, Reply.XML, xml.append("</EXPERIMENT_PACKAGE_SET>\n").toString()));
  }

  /** The name resolver of the sra-tools. */
  Reply locate(Request request, boolean wrongSums) throws IOException {
    List<Object> results = new ArrayList<>();
    for (String accession : request.parameters("acc")) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("bundle", accession);
      Optional<Archive> archive = archive(accession, wrongSums);
      if (runs.of(accession).isEmpty() || archive.isEmpty()) {
        result.put("status", 404);
        result.put("msg", "Cannot resolve accession");
      } else {
        result.put("status", 200);
        result.put("msg", "ok");
        result.put("files", List.of(located(accession, archive.get())));
      }
      results.add(result);
    }
    return Reply.json(200, Map.of("version", "2", "result", results));
  }

  private record Archive(String url, long size, String md5) {}

  private Optional<Archive> archive(String accession, boolean wrongSums) throws IOException {
    String path = "sra/" + accession + "/" + accession;
    if (!files.exists(path)) {
      return Optional.empty();
    }
    String md5 = wrongSums ? "0".repeat(32) : files.md5(path);
    return Optional.of(new Archive(address + "/" + path, files.size(path), md5));
  }

  private static Map<String, Object> located(String accession, Archive archive) {
    Map<String, Object> location = new LinkedHashMap<>();
    location.put("link", archive.url());
    location.put("service", "s3");
    location.put("region", "us-east-1");
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("object", "remote|" + accession);
    file.put("type", "sra");
    file.put("name", accession);
    file.put("size", archive.size());
    file.put("md5", archive.md5());
    file.put("modificationDate", "2024-06-01T11:00:00Z");
    file.put("noqual", false);
    file.put("locations", List.of(location));
    return file;
  }

  private List<Map<String, String>> byIds(String ids) {
    List<Map<String, String>> rows = new ArrayList<>();
    for (String id : ids.split(",")) {
      if (id.matches("[0-9]{1,9}")) {
        int index = Integer.parseInt(id) - FIRST_ID;
        IntStream.of(index)
            .filter(at -> at >= 0 && at < runs.rows().size())
            .forEach(at -> rows.add(runs.rows().get(at)));
      } else {
        rows.addAll(runs.of(id));
      }
    }
    return rows;
  }

  private String runInfo(Map<String, String> row) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    for (String column : RUNINFO) {
      values.put(column, "");
    }
    String run = row.get("run_accession");
    long spots = Math.max(1, Long.parseLong(row.get("read_count")));
    boolean paired = row.get("library_layout").equals("PAIRED");
    Optional<Archive> archive = archive(run, false);
    values.put("Run", run);
    values.put("ReleaseDate", row.get("first_public") + " 12:00:00");
    values.put("LoadDate", row.get("first_public") + " 11:00:00");
    values.put("spots", row.get("read_count"));
    values.put("bases", row.get("base_count"));
    values.put("spots_with_mates", paired ? row.get("read_count") : "0");
    values.put("avgLength", Long.toString(Long.parseLong(row.get("base_count")) / spots));
    values.put("size_MB", archive.map(file -> "" + Math.max(1, file.size() >> 20)).orElse("0"));
    values.put("download_path", archive.map(Archive::url).orElse(""));
    values.put("Experiment", row.get("experiment_accession"));
    values.put("LibraryName", row.get("library_name"));
    values.put("LibraryStrategy", row.get("library_strategy"));
    values.put("LibrarySelection", row.get("library_selection"));
    values.put("LibrarySource", row.get("library_source"));
    values.put("LibraryLayout", row.get("library_layout"));
    values.put("InsertSize", "0");
    values.put("InsertDev", "0");
    values.put("Platform", row.get("instrument_platform"));
    values.put("Model", row.get("instrument_model"));
    values.put("SRAStudy", row.get("secondary_study_accession"));
    values.put("BioProject", row.get("study_accession"));
    values.put("Sample", row.get("secondary_sample_accession"));
    values.put("BioSample", row.get("sample_accession"));
    values.put("SampleType", "simple");
    values.put("TaxID", row.get("tax_id"));
    values.put("ScientificName", row.get("scientific_name"));
    values.put("Tumor", "no");
    values.put("CenterName", "\"SYNTHETIC CENTER, \"\"unit 1\"\"\"");
    values.put("Submission", row.get("submission_accession"));
    values.put("Consent", "public");
    return String.join(",", values.values());
  }

  private String experimentPackage(Map<String, String> row, boolean wrongSums) throws IOException {
    String run = row.get("run_accession");
    Optional<Archive> archive = archive(run, wrongSums);
    String file =
        archive
            .map(
                some ->
                    ("<SRAFiles><SRAFile cluster=\"public\" filename=\"%s\" url=\"%s\" size=\"%d\""
                            + " date=\"2024-06-01 11:00:00\" md5=\"%s\" semantic_name=\"run\""
                            + " supertype=\"Primary ETL\" sratoolkit=\"1\"><Alternatives"
                            + " url=\"%s\" free_egress=\"worldwide\" access_type=\"anonymous\""
                            + " org=\"AWS\"/></SRAFile></SRAFiles>")
                        .formatted(run, some.url(), some.size(), some.md5(), some.url()))
            .orElse("");
    boolean paired = row.get("library_layout").equals("PAIRED");
    return """
        <EXPERIMENT_PACKAGE><EXPERIMENT accession="%s"><TITLE>%s</TITLE><STUDY_REF accession="%s"/>\
        <DESIGN><LIBRARY_DESCRIPTOR><LIBRARY_NAME>%s</LIBRARY_NAME>\
        <LIBRARY_STRATEGY>%s</LIBRARY_STRATEGY><LIBRARY_SOURCE>%s</LIBRARY_SOURCE>\
        <LIBRARY_SELECTION>%s</LIBRARY_SELECTION><LIBRARY_LAYOUT><%s/></LIBRARY_LAYOUT>\
        </LIBRARY_DESCRIPTOR></DESIGN><PLATFORM><ILLUMINA><INSTRUMENT_MODEL>%s</INSTRUMENT_MODEL>\
        </ILLUMINA></PLATFORM></EXPERIMENT><SAMPLE accession="%s"><SAMPLE_NAME>\
        <TAXON_ID>%s</TAXON_ID><SCIENTIFIC_NAME>%s</SCIENTIFIC_NAME></SAMPLE_NAME></SAMPLE>\
        <RUN_SET><RUN accession="%s" total_spots="%s" total_bases="%s" size="%d" load_done="true" \
        published="2024-06-01 12:00:00" is_public="true" cluster_name="public">%s\
        <Statistics nreads="%d" nspots="%s"/></RUN></RUN_SET></EXPERIMENT_PACKAGE>"""
        .formatted(
            row.get("experiment_accession"),
            row.get("experiment_title"),
            row.get("secondary_study_accession"),
            row.get("library_name"),
            row.get("library_strategy"),
            row.get("library_source"),
            row.get("library_selection"),
            row.get("library_layout"),
            row.get("instrument_model"),
            row.get("secondary_sample_accession"),
            row.get("tax_id"),
            row.get("scientific_name"),
            run,
            row.get("read_count"),
            row.get("base_count"),
            archive.map(Archive::size).orElse(0L),
            file,
            paired ? 2 : 1,
            row.get("read_count"));
  }

  private static Reply limited(Reply reply) {
    return reply.with("X-RateLimit-Limit", "3").with("X-RateLimit-Remaining", "2");
  }
}
