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
 * Answers in the way of NCBI's E-utilities (esearch, efetch of run info and full XML) and its name
 * resolver SDL. Sizes and MD5s of archives are those of the files below {@code sra/}. Thread-safe,
 * blocking.
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

  /** ENA's names of the same fields. */
  private static final Map<String, String> RUNINFO_FIELDS =
      Map.ofEntries(
          Map.entry("Run", "run_accession"),
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

  private static final Map<String, String> RUNINFO_CONSTANTS =
      Map.of(
          "InsertSize", "0",
          "InsertDev", "0",
          "SampleType", "simple",
          "Tumor", "no",
          "CenterName", "\"SYNTHETIC CENTER, \"\"unit 1\"\"\"",
          "Consent", "public");

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
            .flatMap(words -> found(words).stream())
            .map(row -> Integer.toString(FIRST_ID + runs.rows().indexOf(row)))
            .distinct()
            .toList();
    String count = Integer.toString(ids.size());
    int start = number(request, "retstart", 0);
    ids = ids.stream().skip(start).limit(number(request, "retmax", 20)).toList();
    if (!request.parameter("retmode", "xml").equals("json")) {
      String list = ids.stream().map(id -> "<Id>" + id + "</Id>\n").collect(Collectors.joining());
      String xml =
          "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<eSearchResult><Count>%s</Count>"
              + "<RetMax>%s</RetMax><RetStart>0</RetStart><IdList>\n%s</IdList></eSearchResult>\n";
      return limited(Reply.of(200, Reply.XML, xml.formatted(count, count, list)));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("count", count);
    result.put("retmax", Integer.toString(ids.size()));
    result.put("retstart", Integer.toString(start));
    result.put("querykey", "1");
    result.put("webenv", "MCID_0000");
    result.put("idlist", ids);
    Map<String, Object> header = Map.of("type", "esearch", "version", "0.3");
    return limited(Reply.json(200, Map.of("header", header, "esearchresult", result)));
  }

  /** The runs of an accession of any kind, or of an organism's name. */
  private List<Map<String, String>> found(String words) {
    List<Map<String, String>> rows = runs.of(words);
    return rows.isEmpty()
        ? runs.rows().stream().filter(row -> row.get("scientific_name").equals(words)).toList()
        : rows;
  }

  private static int number(Request request, String name, int otherwise) {
    String text = request.parameter(name, "");
    return text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : otherwise;
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

  /** Answers the name resolver's requests of the sra-tools. */
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

  private record Archive(String url, long size, String md5) {
    /** The archive in the XML of an experiment's package. */
    String described(String run) {
      return """
      <SRAFiles><SRAFile cluster="public" filename="%s" url="%s" size="%d" \
      date="2024-06-01 11:00:00" md5="%s" semantic_name="run" supertype="Primary ETL" \
      sratoolkit="1"><Alternatives url="%s" free_egress="worldwide" access_type="anonymous" \
      org="AWS"/></SRAFile></SRAFiles>\
      """
          .formatted(run, url, size, md5, url);
    }
  }

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
      String field = RUNINFO_FIELDS.get(column);
      values.put(column, field == null ? "" : row.get(field));
    }
    values.putAll(RUNINFO_CONSTANTS);
    long spots = Math.max(1, Long.parseLong(row.get("read_count")));
    boolean paired = row.get("library_layout").equals("PAIRED");
    Optional<Archive> archive = archive(row.get("run_accession"), false);
    values.put("ReleaseDate", row.get("first_public") + " 12:00:00");
    values.put("LoadDate", row.get("first_public") + " 11:00:00");
    values.put("spots_with_mates", paired ? row.get("read_count") : "0");
    values.put("avgLength", Long.toString(Long.parseLong(row.get("base_count")) / spots));
    values.put("size_MB", archive.map(file -> "" + Math.max(1, file.size() >> 20)).orElse("0"));
    values.put("download_path", archive.map(Archive::url).orElse(""));
    return String.join(",", values.values());
  }

  private String experimentPackage(Map<String, String> row, boolean wrongSums) throws IOException {
    String run = row.get("run_accession");
    Optional<Archive> archive = archive(run, wrongSums);
    String file = archive.map(some -> some.described(run)).orElse("");
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
    <Statistics nreads="%d" nspots="%s"/></RUN></RUN_SET></EXPERIMENT_PACKAGE>\
    """
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
