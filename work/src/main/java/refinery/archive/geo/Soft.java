package refinery.archive.geo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.archive.AnswerText;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.MalformedAnswer;
import refinery.archive.Slug;

/**
 * Reads records of series and samples in SOFT (https://www.ncbi.nlm.nih.gov/geo/info/soft.html):
 * lines of {@code ^SERIES = GSE1}, {@code !Series_title = ...}; tables and other records are passed
 * over.
 */
final class Soft {
  private static final Pattern BEGIN = Pattern.compile("\\^([A-Za-z]+)\\s*=\\s*(\\S+)\\s*");
  private static final Pattern LINE =
      Pattern.compile("!(?:Series|Sample)_([a-z0-9_]+)\\s*=\\s*(.*)");
  private static final Pattern ACCESSION = Pattern.compile("GS[EM][0-9]{1,10}");
  private static final Set<String> NEEDED =
      Set.of(
          "title",
          "relation",
          "type",
          "source_name_ch1",
          "molecule_ch1",
          "characteristics_ch1",
          "pubmed_id");
  private static final Pattern REFUSAL =
      Pattern.compile(
          "(?i)[^<>]*(could not find|was not found|currently private|has been deleted)[^<>]*");
  private static final int MOST_VALUES = 200;

  private final List<SoftRecord> records = new ArrayList<>();
  private Map<String, List<String>> values = Map.of();
  private String accession = "";

  private Soft() {}

  /**
   * @param refusal what GEO says of an accession of which it gives no record; empty if it gave some
   */
  record Answer(List<SoftRecord> records, Optional<String> refusal) {
    Answer {
      records = List.copyOf(records);
    }
  }

  /**
   * @throws MalformedAnswer for an answer that holds neither a record nor the reason why
   */
  static Answer read(AnswerText text, ArchivesConfig.Limits limits)
      throws IOException, MalformedAnswer {
    Soft soft = new Soft();
    String start = "";
    Optional<String> refusal = Optional.empty();
    for (String line = text.line(); line != null; line = text.line()) {
      start = start.isBlank() ? line : start;
      soft.take(line);
      limits.rows().check("the records of GEO", soft.records.size());
      if (refusal.isEmpty()) {
        Matcher said = REFUSAL.matcher(line);
        refusal = said.find() ? Optional.of(Slug.metadata(said.group())) : Optional.empty();
      }
    }
    soft.endRecord();
    if (!soft.records.isEmpty()) {
      return new Answer(soft.records, Optional.empty());
    }
    if (refusal.isEmpty()) {
      throw new MalformedAnswer("no record of GEO: " + ArchiveHttp.oneLine(start));
    }
    return new Answer(List.of(), refusal);
  }

  private void take(String line) {
    Matcher begin = BEGIN.matcher(line);
    if (begin.matches()) {
      endRecord();
      accession = ACCESSION.matcher(begin.group(2)).matches() ? begin.group(2) : "";
      values = new LinkedHashMap<>();
      return;
    }
    Matcher said = LINE.matcher(line);
    if (said.matches() && NEEDED.contains(said.group(1))) {
      List<String> all = values.computeIfAbsent(said.group(1), name -> new ArrayList<>());
      if (all.size() < MOST_VALUES) {
        all.add(said.group(2).strip());
      }
    }
  }

  private void endRecord() {
    if (!accession.isEmpty()) {
      records.add(new SoftRecord(accession, values));
      accession = "";
    }
    values = new LinkedHashMap<>();
  }
}
