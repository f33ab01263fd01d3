package refinery.archive;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** Reads the accessions of a survey: one text or a list, each with several in it, in any case. */
public final class AccessionList {
  private AccessionList() {}

  /** Each once, in upper case, in the order of the parameter. */
  public static Set<String> of(JsonNode parameter) {
    Set<String> accessions = new LinkedHashSet<>();
    if (parameter.isArray()) {
      parameter.forEach(each -> add(each.asText(), accessions));
    } else {
      add(parameter.asText(""), accessions);
    }
    return accessions;
  }

  private static void add(String text, Collection<String> accessions) {
    for (String accession : text.toUpperCase(Locale.ROOT).split("[\\s,;]+")) {
      if (!accession.isEmpty()) {
        accessions.add(accession);
      }
    }
  }
}
