package refinery.archive.ena;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import refinery.archive.AccessionList;

/**
 * What a survey asks the portal: the runs of accessions, of a query, or both. Pure.
 *
 * @param inquiries in their order
 * @param since runs that were last changed before this day are left out; empty: none are
 */
record RunQuestions(List<Inquiry> inquiries, Optional<LocalDate> since) {
  /** Fewer are asked for one by one, by the report that knows a run first. */
  private static final int FEW = 4;

  private static final Pattern RUN = Pattern.compile("[SED]RR[0-9]{5,12}");
  private static final Pattern EPOCH_MILLIS = Pattern.compile("[0-9]{11,14}");

  /** The runs of accessions that another archive links to. */
  static RunQuestions ofLinks(String kind, List<String> accessions) {
    return new RunQuestions(Inquiry.OfSeveral.all(kind, accessions), Optional.empty());
  }

  static RunQuestions of(JsonNode parameters) {
    Optional<LocalDate> since = day(parameters.path("since").asText(""));
    List<Inquiry> inquiries = new ArrayList<>(accessions(parameters.path("accession")));
    query(parameters).ifPresent(query -> inquiries.add(new Inquiry.OfQuery(query)));
    return new RunQuestions(inquiries, since);
  }

  /** False for a run that the archive says was last changed before the wanted day. */
  boolean wants(EnaRun run) {
    return since.flatMap(first -> changed(run).map(day -> !day.isBefore(first))).orElse(true);
  }

  private static Optional<LocalDate> changed(EnaRun run) {
    return day(run.field("last_updated")).or(() -> day(run.field("first_public")));
  }

  /** A day, or milliseconds since 1970, as the portal has sent both. */
  private static Optional<LocalDate> day(String text) {
    try {
      if (EPOCH_MILLIS.matcher(text).matches()) {
        return Optional.of(
            Instant.ofEpochMilli(Long.parseLong(text)).atOffset(ZoneOffset.UTC).toLocalDate());
      }
      return text.length() < 10
          ? Optional.empty()
          : Optional.of(LocalDate.parse(text.substring(0, 10)));
    } catch (DateTimeException unreadable) {
      return Optional.empty();
    }
  }

  private static List<Inquiry> accessions(JsonNode node) {
    Set<String> accessions = AccessionList.of(node);
    List<String> runs = accessions.stream().filter(text -> RUN.matcher(text).matches()).toList();
    List<Inquiry> inquiries = new ArrayList<>();
    if (runs.size() > FEW) {
      runs.forEach(accessions::remove);
      inquiries.addAll(Inquiry.OfSeveral.all("run", runs));
    }
    accessions.forEach(accession -> inquiries.add(new Inquiry.OfAccession(accession)));
    return inquiries;
  }

  /** All conditions, joined by AND; empty if only accessions are asked for. */
  private static Optional<String> query(JsonNode parameters) {
    List<String> conditions = new ArrayList<>();
    String query = parameters.path("query").asText("").strip();
    if (!query.isEmpty()) {
      conditions.add("(" + query + ")");
    }
    String taxon = parameters.path("taxon").asText("");
    if (!taxon.isEmpty()) {
      conditions.add("tax_tree(" + taxon + ")");
    }
    String strategy = parameters.path("strategy").asText("");
    if (!strategy.isEmpty()) {
      conditions.add("library_strategy=\"" + strategy + "\"");
    }
    String until = parameters.path("public_until").asText("");
    if (!until.isEmpty()) {
      conditions.add("first_public<=" + until);
    }
    String since = parameters.path("since").asText("");
    boolean accessionsOnly = conditions.isEmpty() && !parameters.path("accession").isMissingNode();
    if (!since.isEmpty() && !accessionsOnly) {
      conditions.add("last_updated>=" + since);
    }
    return conditions.isEmpty() ? Optional.empty() : Optional.of(String.join(" AND ", conditions));
  }
}
