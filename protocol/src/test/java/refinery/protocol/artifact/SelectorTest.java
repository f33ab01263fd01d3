package refinery.protocol.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import refinery.protocol.BatchId;
import refinery.protocol.Json;

class SelectorTest {
  private static final Selector INDEX =
      Selector.of("transcriptome-index", "salmon-index")
          .ofOrganism("homo_sapiens")
          .with("release", "110")
          .with("k", "31");

  private static RefinedArtifact index(String name, String release, long second) {
    return new RefinedArtifact(
        BatchId.of("batch-" + name),
        "transcriptome-index",
        "salmon-index",
        name + ".tar.gz",
        Optional.of("homo_sapiens"),
        Map.of("k", "31", "release", release),
        "ab".repeat(32),
        1,
        "application/gzip",
        Instant.EPOCH.plusSeconds(second));
  }

  @Test
  void saysInPlainWordsWhatIsWanted() {
    assertThat(INDEX.describe())
        .isEqualTo("salmon-index of transcriptome-index for homo_sapiens, k 31, release 110");
    assertThat(Selector.of("salmon-quant", "quant.sf").latestBy("release").describe())
        .isEqualTo("quant.sf of salmon-quant, latest release");
  }

  @Test
  void isTheSameAfterJson() throws Exception {
    for (Selector selector : List.of(INDEX, Selector.of("a", "b"), INDEX.latestBy("release"))) {
      String json = Json.MAPPER.writeValueAsString(selector);
      assertThat(Json.MAPPER.readValue(json, Selector.class)).isEqualTo(selector);
    }
    assertThat(Json.MAPPER.writeValueAsString(INDEX))
        .isEqualTo(
            "{\"pipeline\":\"transcriptome-index\",\"artifact\":\"salmon-index\","
                + "\"organism\":\"homo_sapiens\",\"key_values\":{\"k\":\"31\",\"release\":\"110\"},"
                + "\"latest_by\":null}");
    assertThat(Json.MAPPER.readValue("{\"pipeline\":\"a\",\"artifact\":\"b\"}", Selector.class))
        .isEqualTo(Selector.of("a", "b"));
  }

  @Test
  void namesTheFieldThatIsWrong() {
    assertThatThrownBy(() -> Selector.of(" ", "b")).hasMessageStartingWith("pipeline: ");
    assertThatThrownBy(() -> Selector.of(null, "b")).hasMessageStartingWith("pipeline: ");
    assertThatThrownBy(() -> Selector.of("a", "b\0")).hasMessageStartingWith("artifact: ");
    assertThatThrownBy(() -> INDEX.ofOrganism("")).hasMessageStartingWith("organism: ");
    assertThatThrownBy(() -> INDEX.with("no key", "1"))
        .hasMessageStartingWith("key_values.no key:");
    assertThatThrownBy(() -> INDEX.with("k", "")).hasMessageStartingWith("key_values.k: ");
    assertThatThrownBy(() -> INDEX.with("k", "\ud800")).hasMessageStartingWith("key_values.k: ");
    assertThatThrownBy(() -> INDEX.with("k", "1".repeat(201)))
        .hasMessage("key_values.k: a value is text of 1 to 200 characters");
    assertThatThrownBy(() -> INDEX.with("organism", "x"))
        .hasMessageContaining("key_values.organism: ");
    assertThatThrownBy(() -> INDEX.latestBy("")).hasMessageStartingWith("latest_by: ");
  }

  @Test
  void theMostWantedAlternativeComesFirstWhateverIsNewer() throws Exception {
    Selector choosy =
        Selector.of("transcriptome-index", "salmon-index")
            .latestBy("release")
            .or(Map.of("k", "31", "release", "99"))
            .or(Map.of("release", "100"));
    RefinedArtifact first = index("a", "99", 1);
    RefinedArtifact second = index("b", "100", 2);
    assertThat(choosy.matches(first)).isTrue();
    assertThat(choosy.matches(second)).isTrue();
    assertThat(choosy.matches(index("c", "101", 3))).isFalse();
    assertThat(choosy.order().compare(first, second)).isNegative();
    assertThat(choosy.describe())
        .isEqualTo(
            "salmon-index of transcriptome-index, k 31 and release 99, else release 100, latest"
                + " release");
    assertThat(Json.MAPPER.readValue(Json.MAPPER.writeValueAsString(choosy), Selector.class))
        .isEqualTo(choosy);
    assertThatThrownBy(() -> choosy.or(Map.of())).hasMessageStartingWith("any_of: ");
    assertThatThrownBy(() -> choosy.or(Map.of("k", ""))).hasMessageStartingWith("any_of.k: ");
  }

  @Test
  void anAlternativeMustBeKnownOfABatchThatIsUnderWay() {
    Selector choosy =
        Selector.of("transcriptome-index", "salmon-index").or(Map.of("taxon_id", "9606"));
    assertThat(choosy.mayMatch("transcriptome-index", Optional.empty(), Map.of())).isFalse();
    assertThat(choosy.mayMatch("transcriptome-index", Optional.empty(), Map.of("taxon_id", "9606")))
        .isTrue();
    assertThat(
            choosy
                .or(Map.of("organism", "x"))
                .mayMatch("transcriptome-index", Optional.of("x"), Map.of()))
        .isTrue();
  }

  @Test
  void takesWhatIsEqualInAllThatIsAsked() {
    RefinedArtifact index = index("a", "110", 0);
    assertThat(INDEX.matches(index)).isTrue();
    assertThat(Selector.of("transcriptome-index", "salmon-index").matches(index)).isTrue();
    for (Selector other :
        List.of(
            INDEX.with("k", "23"),
            INDEX.with("assembly", "GRCh38"),
            INDEX.ofOrganism("mus_musculus"),
            Selector.of("transcriptome-index", "kallisto-index"),
            Selector.of("salmon-quant", "salmon-index"))) {
      assertThat(other.matches(index)).as(other.describe()).isFalse();
    }
  }

  @Test
  void theLatestByNumberComesFirstAndThenWhatWasRefinedLast() {
    List<RefinedArtifact> indexes =
        List.of(
            index("new", "99", 9),
            index("b", "110", 1),
            index("a", "110", 1),
            index("odd", "current", 10),
            index("huge", "12345678901", 3),
            index("later", "110", 2));
    assertThat(indexes.stream().sorted(INDEX.latestBy("release").order()))
        .extracting(one -> one.batch().value())
        .containsExactly(
            "batch-later", "batch-a", "batch-b", "batch-new", "batch-odd", "batch-huge");
    assertThat(indexes.stream().sorted(INDEX.order()))
        .extracting(one -> one.batch().value())
        .startsWith("batch-odd", "batch-new", "batch-huge", "batch-later");
    Comparator<RefinedArtifact> order = INDEX.order();
    assertThat(order.compare(index("a", "1", 1), index("a", "1", 1))).isZero();
  }

  @Test
  void aBatchUnderWayMayBringWhatItDoesNotSpeakAgainst() {
    Optional<String> human = Optional.of("homo_sapiens");
    assertThat(INDEX.mayMatch("transcriptome-index", human, Map.of("k", "31"))).isTrue();
    assertThat(INDEX.mayMatch("transcriptome-index", human, Map.of("k", "23"))).isFalse();
    assertThat(INDEX.mayMatch("salmon-quant", human, Map.of("k", "31"))).isFalse();
    assertThat(INDEX.mayMatch("transcriptome-index", Optional.empty(), Map.of())).isFalse();
  }

  @Test
  void whatNobodyCanAskForIsNoKeyValue() {
    Map<String, String> hostile = new HashMap<>();
    hostile.put("k", "31");
    hostile.put("abstract", "x".repeat(201));
    hostile.put("empty", "");
    hostile.put("no key", "x");
    hostile.put("organism", "someone else");
    hostile.put("nul", "a\0b\ud800");
    assertThat(KeyValues.of(hostile, Map.of("k", "23"))).isEqualTo(Map.of("k", "23", "nul", "ab?"));
    Map<String, String> many = new HashMap<>();
    IntStream.range(0, 500).forEach(i -> many.put("key" + (1000 + i), "v"));
    assertThat(KeyValues.of(many)).hasSize(200).containsKey("key1000").doesNotContainKey("key1200");
    assertThatThrownBy(() -> KeyValues.of(many).put("a", "b"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(Collections.max(KeyValues.of(many).keySet())).isEqualTo("key1199");
  }
}
