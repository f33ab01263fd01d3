package refinery.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.catalog.Harmonised;

class SampleColumnsTest {
  private static final Map<String, String> FACTS =
      Map.of("quality_verdict", "pass", "salmon_version", "1.10.1", "reused_from", "job-1");

  private static Map<String, String> columns(
      Map<String, String> said, String location, Map<String, Harmonised> harmonised) {
    Map<String, String> keyValues = new TreeMap<>(FACTS);
    keyValues.putAll(said);
    RefinedArtifact artifact =
        new RefinedArtifact(
            BatchId.of("batch-1"),
            "salmon-quant",
            "quant.sf",
            "quant.sf",
            Optional.of("fly"),
            keyValues,
            "ab",
            1,
            "text/plain",
            Instant.EPOCH);
    return SampleColumns.of(
        artifact, new Candidate.Origin("geo", FACTS, harmonised, Optional.of(location)));
  }

  @Test
  void whatIsKnownIsToldUnderItsName() {
    Harmonised age = new Harmonised("5", Optional.of("week"), "age", "age.weeks");
    assertThat(columns(Map.of("age", "5 weeks", "drug", "none"), "https://h/f", Map.of("age", age)))
        .isEqualTo(
            Map.of(
                "age", "5 weeks",
                "drug", "none",
                "harmonised_age", "5",
                "harmonised_age_unit", "week",
                "organism", "fly",
                "quality_verdict", "pass",
                "salmon_version", "1.10.1",
                "source", "geo",
                "source_url", "https://h/f"));
  }

  /** Who submits a sample chooses its attributes. */
  @Test
  void wordsOfAnArchiveNeitherReplaceWhatWasFoundOutNorTheTablesOwnColumns() {
    Map<String, String> columns =
        columns(
            Map.of("quality_verdict", "fine", "batch", "b7", "harmonised_sex", "x", "source", "me"),
            "https://me:secret@h/f?signature=s",
            Map.of());
    assertThat(columns)
        .containsEntry("quality_verdict", "pass")
        .containsEntry("attribute_batch", "b7")
        .containsEntry("attribute_harmonised_sex", "x")
        .containsEntry("attribute_source", "me")
        .containsEntry("source", "geo")
        .doesNotContainKeys("batch", "harmonised_sex", "source_url");
  }

  @Test
  void noSampleTellsMoreThanFits() {
    Map<String, String> many = new TreeMap<>();
    Map<String, String> one = new TreeMap<>();
    for (int key = 0; key < 190; key++) {
      many.put("a" + key, "v");
      one.put("a" + key, "v".repeat(200));
    }
    assertThat(columns(many, "", Map.of())).hasSizeBetween(100, 104).containsKey("quality_verdict");
    assertThat(columns(one, "", Map.of()).toString().length())
        .isLessThan(SampleColumns.LONGEST_OTHERS + 500);
  }
}
