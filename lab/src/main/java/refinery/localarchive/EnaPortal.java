package refinery.localarchive;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Answers in the way of ENA's portal: 204 when a file report has no rows, 400 for the whole request
 * when one field is unknown, and every value as a string. Thread-safe.
 */
final class EnaPortal {
  private static final Pattern CONDITION = Pattern.compile("(\\w+)(>=|<=|=)\"?([^\"\\s)]+)\"?");
  private static final Pattern TAXON = Pattern.compile("tax_(?:eq|tree)\\(([0-9]+)\\)");
  private static final List<String> DEFAULT_FIELDS =
      List.of(
          "run_accession",
          "fastq_ftp",
          "fastq_bytes",
          "fastq_md5",
          "submitted_ftp",
          "submitted_bytes",
          "submitted_md5",
          "sra_ftp",
          "sra_bytes",
          "sra_md5");

  private final Runs runs;

  EnaPortal(Runs runs) {
    this.runs = runs;
  }

  Reply filereport(Request request, boolean wrongSums) {
    return table(request, runs.of(request.parameter("accession", "")), true, wrongSums);
  }

  Reply search(Request request, boolean wrongSums) {
    if (request.parameter("result", "").equals("study")) {
      return Reply.json(200, studies());
    }
    return table(request, found(request), false, wrongSums);
  }

  Reply count(Request request) {
    int count = found(request).size();
    return isJson(request)
        ? Reply.json(200, Map.of("count", Integer.toString(count)))
        : Reply.of(200, Reply.TEXT, "count\n" + count + "\n");
  }

  Reply returnFields() {
    StringBuilder text = new StringBuilder("columnId\tdescription\ttype\n");
    runs.fields().forEach(field -> text.append(field + "\t\ttext\n"));
    return Reply.of(200, Reply.TEXT, text.toString());
  }

  private List<Map<String, String>> found(Request request) {
    String accessions = request.parameter("includeAccessions", "");
    if (!accessions.isEmpty()) {
      List<Map<String, String>> rows = new ArrayList<>();
      for (String accession : accessions.split(",")) {
        rows.addAll(runs.of(accession));
      }
      return rows;
    }
    String query = request.parameter("query", "");
    return runs.rows().stream().filter(row -> matches(row, query)).toList();
  }

  private static boolean matches(Map<String, String> row, String query) {
    Matcher taxon = TAXON.matcher(query);
    if (taxon.find() && !taxon.group(1).equals(row.get("tax_id"))) {
      return false;
    }
    return CONDITION
        .matcher(query)
        .results()
        .filter(condition -> row.containsKey(condition.group(1)))
        .allMatch(
            condition ->
                meets(
                    row.get(condition.group(1)).compareTo(condition.group(3)), condition.group(2)));
  }

  private static boolean meets(int order, String operator) {
    return switch (operator) {
      case ">=" -> order >= 0;
      case "<=" -> order <= 0;
      default -> order == 0;
    };
  }

  private Reply table(
      Request request, List<Map<String, String>> all, boolean report, boolean wrongSums) {
    List<String> fields = fields(request);
    List<String> unknown = fields.stream().filter(field -> !runs.fields().contains(field)).toList();
    if (!unknown.isEmpty() && !runs.rows().isEmpty()) {
      String names = String.join(",", unknown);
      return Reply.of(400, Reply.TEXT, "Invalid fieldName(s) supplied: " + names);
    }
    if (all.isEmpty() && report) {
      return Reply.noContent();
    }
    List<Map<String, String>> page = page(request, all);
    if (page.isEmpty() && !all.isEmpty()) {
      return Reply.of(200, isJson(request) ? Reply.JSON : Reply.TEXT, "");
    }
    List<Map<String, String>> rows =
        page.stream().map(row -> chosen(row, fields, wrongSums)).toList();
    if (isJson(request)) {
      return Reply.json(200, rows);
    }
    String lines =
        rows.stream()
            .map(row -> String.join("\t", row.values()) + "\n")
            .collect(Collectors.joining());
    return Reply.of(200, Reply.TEXT, String.join("\t", fields) + "\n" + lines);
  }

  private List<String> fields(Request request) {
    String asked = request.parameter("fields", "");
    if (asked.equals("all")) {
      return runs.fields();
    }
    if (asked.isEmpty()) {
      return DEFAULT_FIELDS;
    }
    List<String> fields = new ArrayList<>(List.of(asked.split(",")));
    if (!fields.contains("run_accession")) {
      fields.addFirst("run_accession");
    }
    return fields;
  }

  private static List<Map<String, String>> page(Request request, List<Map<String, String>> rows) {
    int offset = number(request, "offset");
    int limit = number(request, "limit");
    int from = Math.min(offset, rows.size());
    int to = limit == 0 ? rows.size() : Math.min(rows.size(), from + limit);
    return rows.subList(from, to);
  }

  private static int number(Request request, String name) {
    String value = request.parameter(name, "0");
    return value.matches("[0-9]{1,7}") ? Integer.parseInt(value) : 0;
  }

  private static Map<String, String> chosen(
      Map<String, String> row, List<String> fields, boolean wrongSums) {
    Map<String, String> chosen = new LinkedHashMap<>();
    for (String field : fields) {
      String value = row.getOrDefault(field, "");
      boolean spoil = wrongSums && field.endsWith("_md5");
      chosen.put(field, spoil ? value.replaceAll("[0-9a-f]{32}", "0".repeat(32)) : value);
    }
    return chosen;
  }

  private List<Map<String, String>> studies() {
    Map<String, Map<String, String>> studies = new LinkedHashMap<>();
    for (Map<String, String> run : runs.rows()) {
      Map<String, String> study = new LinkedHashMap<>();
      for (String field :
          List.of(
              "study_accession",
              "secondary_study_accession",
              "study_title",
              "tax_id",
              "scientific_name",
              "first_public")) {
        study.put(field, run.getOrDefault(field, ""));
      }
      studies.putIfAbsent(run.getOrDefault("study_accession", ""), study);
    }
    return List.copyOf(studies.values());
  }

  private static boolean isJson(Request request) {
    return request.parameter("format", "tsv").equals("json");
  }
}
