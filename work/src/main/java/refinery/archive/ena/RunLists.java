package refinery.archive.ena;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The accessions that a survey wants or does not want whatever else is said: of runs, experiments,
 * samples or studies. Pure.
 */
record RunLists(Set<String> allow, Set<String> block) {
  private static final List<String> FIELDS =
      List.of(
          "experiment_accession",
          "sample_accession",
          "secondary_sample_accession",
          "study_accession",
          "secondary_study_accession");

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
    return Stream.concat(Stream.of(run.accession()), FIELDS.stream().map(run::field));
  }

  private static Set<String> words(JsonNode list) {
    Set<String> words = new HashSet<>();
    list.forEach(word -> words.add(word.asText()));
    return words;
  }
}
