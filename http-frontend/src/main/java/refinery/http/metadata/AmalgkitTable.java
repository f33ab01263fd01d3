package refinery.http.metadata;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.query.BatchView;

/**
 * The table that amalgkit reads ({@code metadata.tsv}): its columns in its order, then every sample
 * attribute as a column of its own, named as amalgkit names it. Tissue, sex, age and treatment are
 * the harmonised ones, with the archive's words in {@code sample_attribute_...}.
 */
record AmalgkitTable() implements MetadataTable {
  private static final String NO = "no";
  private static final String YES = "yes";
  private static final Pattern RULE = Pattern.compile("not selected: rule (\\S+):.*");

  private static final List<String> COLUMNS =
      List.of(
          ("scientific_name tissue sample_group genotype sex age treatment source_name is_sampled"
                  + " is_qualified exclusion protocol bioproject biosample experiment run"
                  + " sra_primary sra_sample sra_study study_title exp_title design sample_title"
                  + " sample_description lib_name lib_layout lib_strategy lib_source lib_selection"
                  + " platform instrument total_spots total_bases size nominal_length nominal_sdev"
                  + " spot_length read_index read_class read_type base_coord center submitter_id"
                  + " pubmed_id taxid published_date NCBI_Link AWS_Link GCP_Link ENA_SRA_Link"
                  + " DDBJ_SRA_Link")
              .split(" "));

  private static final Set<String> NAMES = Set.copyOf(COLUMNS);

  /** The archive's keys whose words become a column unchanged, the best first. */
  private static final Map<String, List<String>> WORDS =
      Map.ofEntries(
          Map.entry("genotype", List.of("genotype")),
          Map.entry("source_name", List.of("source_name")),
          Map.entry("protocol", List.of("protocol")),
          Map.entry("bioproject", List.of("study_accession")),
          Map.entry("biosample", List.of("sample_accession")),
          Map.entry("experiment", List.of("experiment_accession")),
          Map.entry("sra_primary", List.of("submission_accession")),
          Map.entry("sra_sample", List.of("secondary_sample_accession")),
          Map.entry("sra_study", List.of("secondary_study_accession")),
          Map.entry("study_title", List.of("study_title")),
          Map.entry("exp_title", List.of("experiment_title")),
          Map.entry("design", List.of("design_description")),
          Map.entry("sample_title", List.of("sample_title")),
          Map.entry("sample_description", List.of("sample_description")),
          Map.entry("lib_name", List.of("library_name")),
          Map.entry("lib_strategy", List.of("library_strategy")),
          Map.entry("lib_source", List.of("library_source")),
          Map.entry("lib_selection", List.of("library_selection")),
          Map.entry("platform", List.of("instrument_platform")),
          Map.entry("instrument", List.of("instrument_model")),
          Map.entry("size", List.of("sra_bytes")),
          Map.entry("nominal_length", List.of("nominal_length", "ncbi_insertsize")),
          Map.entry("nominal_sdev", List.of("nominal_sdev", "ncbi_insertdev")),
          Map.entry("center", List.of("center_name", "ncbi_centername")),
          Map.entry("submitter_id", List.of("submitter_id")),
          Map.entry("pubmed_id", List.of("pubmed_id", "ncbi_study_pubmed_id")),
          Map.entry("published_date", List.of("first_public", "ncbi_releasedate")));

  /** Columns that are a harmonised field. */
  private static final Map<String, String> HARMONISED =
      Map.of(
          "scientific_name", "organism",
          "tissue", "tissue",
          "sample_group", "tissue",
          "sex", "sex",
          "treatment", "treatment",
          "lib_layout", "layout",
          "total_spots", "spots",
          "total_bases", "bases",
          "taxid", "taxon_id");

  /** Keys whose words are in a column already. */
  private static final Set<String> SHOWN = shown();

  /** Names that amalgkit does not take for an attribute's column. */
  private static final Set<String> REFUSED =
      Set.of("lab", "biomaterial_provider", "cell", "location", "antibody", "batch", "misc");

  private static Set<String> shown() {
    Set<String> keys =
        new HashSet<>(
            Set.of("scientific_name", "tax_id", "library_layout", "read_count", "base_count"));
    WORDS.values().forEach(keys::addAll);
    return keys;
  }

  @Override
  public List<String> columns() {
    return COLUMNS;
  }

  @Override
  public List<String> cells(BatchView batch, Map<String, Harmonised> harmonised) {
    List<String> cells = new ArrayList<>();
    for (String column : COLUMNS) {
      cells.add(cell(column, batch, harmonised));
    }
    return cells;
  }

  private static String cell(String column, BatchView batch, Map<String, Harmonised> harmonised) {
    List<String> keys = WORDS.get(column);
    if (keys != null) {
      return MetadataTable.said(batch, keys.toArray(String[]::new));
    }
    String field = HARMONISED.get(column);
    if (field != null) {
      return MetadataTable.value(harmonised, field);
    }
    return switch (column) {
      case "run" -> batch.key();
      case "age" -> age(harmonised);
      case "exclusion" -> exclusion(batch);
      case "is_qualified" -> exclusion(batch).equals(NO) ? YES : NO;
      case "is_sampled" -> MetadataTable.isSkipped(batch) ? NO : YES;
      case "spot_length" -> spotLength(harmonised);
      case "NCBI_Link" -> link(batch, host -> host.endsWith(".ncbi.nlm.nih.gov"));
      case "AWS_Link" -> link(batch, host -> host.endsWith(".amazonaws.com"));
      case "GCP_Link" -> link(batch, host -> host.endsWith("storage.googleapis.com"));
      default -> "";
    };
  }

  private static String age(Map<String, Harmonised> harmonised) {
    Harmonised age = harmonised.get("age");
    return age == null ? "" : age.value() + age.unit().map(unit -> " " + unit).orElse("");
  }

  /** amalgkit's word for why a run is not used; one that only was not sampled is not excluded. */
  static String exclusion(BatchView batch) {
    if (!MetadataTable.isSkipped(batch)) {
      return NO;
    }
    String reason = batch.reason().orElse("cancelled");
    if (reason.startsWith("subsampled:")) {
      return NO;
    }
    if (reason.startsWith("redundant BioSample ")) {
      return "redundant_biosample";
    }
    Matcher rule = RULE.matcher(reason);
    return rule.matches() ? rule.group(1) : reason;
  }

  private static String spotLength(Map<String, Harmonised> harmonised) {
    String bases = MetadataTable.value(harmonised, "bases");
    String spots = MetadataTable.value(harmonised, "spots");
    boolean known = bases.matches("[0-9]{1,15}") && spots.matches("[1-9][0-9]{0,14}");
    return known
        ? Long.toString(Math.round(Double.parseDouble(bases) / Double.parseDouble(spots)))
        : "";
  }

  /** Where the run's archive is at one of amalgkit's sources; FASTQ files are not what it means. */
  private static String link(BatchView batch, Predicate<String> host) {
    return batch.files().stream()
        .flatMap(file -> file.locations().stream())
        .filter(location -> location.endsWith("/" + batch.key()) && host.test(host(location)))
        .findFirst()
        .orElse("");
  }

  private static String host(String location) {
    try {
      String host = URI.create(location).getHost();
      return host == null ? "" : host.toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException malformed) {
      return "";
    }
  }

  @Override
  public boolean hasAttributes() {
    return true;
  }

  @Override
  public Map<String, String> attributes(BatchView batch) {
    Map<String, String> attributes = new LinkedHashMap<>();
    batch.keyValues().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .filter(said -> !SHOWN.contains(said.getKey()) && !said.getValue().isBlank())
        .forEach(
            said -> {
              String column = column(said.getKey());
              if (!column.isEmpty()) {
                attributes.merge(column, said.getValue(), AmalgkitTable::both);
              }
            });
    return attributes;
  }

  private static String both(String one, String other) {
    return one.equals(other) ? one : one + "; " + other;
  }

  /** The name that amalgkit gives to an attribute. */
  private static String column(String key) {
    String tag = tag(key);
    boolean taken =
        NAMES.contains(tag) || REFUSED.contains(tag) || tag.equals(AttributeColumns.OTHERS);
    return taken ? "sample_attribute_" + tag : tag;
  }

  /** Lower case, without a remark in parentheses, and one {@code _} for all that is no word. */
  private static String tag(String key) {
    String name = key.strip().toLowerCase(Locale.ROOT);
    int remark = name.indexOf(" (");
    StringBuilder tag = new StringBuilder();
    boolean gap = false;
    for (char letter : name.substring(0, remark < 0 ? name.length() : remark).toCharArray()) {
      if (letter >= 'a' && letter <= 'z' || letter >= '0' && letter <= '9') {
        tag.append(gap && !tag.isEmpty() ? "_" : "").append(letter);
        gap = false;
      } else {
        gap = true;
      }
    }
    return tag.toString();
  }

  @Override
  public String escaped(String cell) {
    return Cells.quoted(cell);
  }
}
