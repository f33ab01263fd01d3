package refinery.metadata;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The accessions by which a survey may name a run. */
public final class Accessions {
  private static final List<String> FIELDS =
      List.of(
          "experiment_accession",
          "sample_accession",
          "secondary_sample_accession",
          "study_accession",
          "secondary_study_accession");

  private Accessions() {}

  /** Of the run itself, and of the experiment, sample and study to which it belongs. */
  public static Stream<String> of(String run, Map<String, String> metadata) {
    return Stream.concat(
        Stream.of(run), FIELDS.stream().map(field -> metadata.getOrDefault(field, "")));
  }
}
