package refinery.archive.ena;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import refinery.metadata.Accessions;

/**
 * The accessions that a survey wants or does not want whatever else is said: of runs, experiments,
 * samples or studies. Pure.
 */
record RunLists(Set<String> allow, Set<String> block) {
  RunLists {
    allow = Set.copyOf(allow);
    block = Set.copyOf(block);
  }

  static RunLists of(JsonNode select) {
    return new RunLists(words(select.path("allow")), words(select.path("block")));
  }

  boolean allows(EnaRun run) {
    return accessions(run).anyMatch(allow::contains);
  }

  /** The reason why a blocked run is not processed. */
  Optional<String> blocked(EnaRun run) {
    return accessions(run)
        .filter(block::contains)
        .findFirst()
        .map(accession -> "not selected: the survey blocks " + accession);
  }

  private static Stream<String> accessions(EnaRun run) {
    return Accessions.of(run.accession(), run.fields());
  }

  private static Set<String> words(JsonNode list) {
    Set<String> words = new HashSet<>();
    list.forEach(word -> words.add(word.asText()));
    return words;
  }
}
