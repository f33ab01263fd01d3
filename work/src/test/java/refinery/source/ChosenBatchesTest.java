package refinery.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import refinery.archive.CollectedDiscovery;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;

/** When a survey that chooses among all runs records them, and which. */
class ChosenBatchesTest {
  private static final String TWO = "{'select':{'max_per_group':2,'seed':1,'allow':['SAMN11']}}";

  @TempDir Path scratch;

  @FunctionalInterface
  private interface Search {
    void run(Source.Discovery discovery) throws Source.SourceException, InterruptedException;
  }

  private record Runs(Search search) implements Source {
    @Override
    public String name() {
      return "runs";
    }

    @Override
    public String description() {
      return "for tests";
    }

    @Override
    public String defaultPipeline() {
      return "p";
    }

    @Override
    public List<String> roles() {
      return List.of();
    }

    @Override
    public JsonNode parameterSchema() {
      return Json.MAPPER.createObjectNode();
    }

    @Override
    public List<JsonNode> examples() {
      return List.of();
    }

    @Override
    public void discover(Discovery discovery) throws SourceException, InterruptedException {
      search.run(discovery);
    }
  }

  private static BatchSpec run(int number, Optional<String> skip) {
    String key = "SRR" + number;
    Location location =
        new Location("ena", "https://a/" + key, "fastq.gz", OptionalLong.of(7), Optional.empty());
    return new BatchSpec(
        BatchSpec.idOf("runs", key, "p", Map.of()),
        "runs",
        key,
        "p",
        Optional.of("homo_sapiens"),
        Map.of(),
        Map.of(),
        Map.of(
            "tissue_type",
            number % 2 == 0 ? "Liver" : "liver",
            "study_accession",
            "PRJNA" + number % 3,
            "sample_accession",
            "SAMN" + number,
            "sample_title",
            "tab\there, line\nthere, é漢"),
        List.of(new SourceFile(key + ".fastq.gz", "fastq.gz", List.of(location))),
        "runs:" + key,
        7,
        skip);
  }

  private static List<BatchSpec> runs(int from, int to) {
    return IntStream.range(from, to).mapToObj(number -> run(number, Optional.empty())).toList();
  }

  private CollectedDiscovery found(String parameters, Search search) throws Exception {
    CollectedDiscovery discovery = new CollectedDiscovery(parameters, "p");
    ChosenBatches.discover(new Runs(search), discovery, scratch);
    return discovery;
  }

  private static Map<String, String> reasons(CollectedDiscovery discovery) {
    Map<String, String> reasons = new TreeMap<>();
    discovery.batches().forEach(batch -> reasons.put(batch.key(), batch.skip().orElse("is taken")));
    return reasons;
  }

  @Test
  void withoutAChoiceEverythingIsRecordedAtOnce() throws Exception {
    CollectedDiscovery discovery = new CollectedDiscovery("{'select':{'seed':3}}", "p");
    ChosenBatches.discover(
        new Runs(
            search -> {
              assertThat(search.recordsAtOnce()).isTrue();
              search.emit(runs(0, 5));
              assertThat(discovery.batches()).hasSize(5);
            }),
        discovery,
        scratch);
    assertThat(discovery.batches()).isEqualTo(runs(0, 5));
  }

  @Test
  void whatIsTakenIsRecordedAfterTheWholeSearchAsItWasFound() throws Exception {
    CollectedDiscovery discovery = new CollectedDiscovery(TWO, "p");
    ChosenBatches.discover(
        new Runs(
            search -> {
              assertThat(search.recordsAtOnce()).isFalse();
              search.emit(runs(0, 450));
              search.emit(List.of(run(999, Optional.of("not selected: it is long"))));
              assertThat(reasons(discovery))
                  .isEqualTo(Map.of("SRR999", "not selected: it is long"));
            }),
        discovery,
        scratch);
    Map<String, String> reasons = reasons(discovery);
    assertThat(discovery.batches()).hasSize(451);
    assertThat(reasons).containsEntry("SRR11", "is taken");
    assertThat(reasons.values().stream().filter("is taken"::equals)).hasSize(2);
    assertThat(reasons.values().stream().distinct())
        .containsExactlyInAnyOrder(
            "is taken",
            "not selected: it is long",
            "subsampled: 2 of 450 of homo_sapiens liver, seed 1");
    assertThat(discovery.batches().subList(1, 451))
        .as("nothing else is changed")
        .extracting(batch -> batch.skipped(""))
        .isEqualTo(runs(0, 450).stream().map(batch -> batch.skipped("")).toList());
    assertThat(scratch).as("the disk is free again").isEmptyDirectory();
  }

  @Test
  void theOrderOfTheSearchDoesNotMatter() throws Exception {
    CollectedDiscovery forwards = found(TWO, search -> search.emit(runs(0, 100)));
    CollectedDiscovery backwards =
        found(
            TWO,
            search -> {
              List<BatchSpec> all = new ArrayList<>(runs(0, 100).reversed());
              search.emit(all.subList(0, 30));
              search.emit(all.subList(30, 100));
            });
    assertThat(reasons(backwards)).isEqualTo(reasons(forwards));
  }

  @Test
  void ofABioSampleOneRunIsTaken() throws Exception {
    BatchSpec one = run(1, Optional.empty());
    BatchSpec other = run(4, Optional.empty());
    Map<String, String> words = new TreeMap<>(one.metadata());
    words.put("read_count", "10");
    BatchSpec again =
        new BatchSpec(
            other.id(),
            "runs",
            "SRR4",
            "p",
            other.organism(),
            Map.of(),
            Map.of(),
            words,
            other.files(),
            "runs:SRR4",
            7,
            Optional.empty());
    assertThat(
            reasons(
                found(
                    "{'select':{'one_per_biosample':true}}",
                    search -> search.emit(List.of(one, again)))))
        .isEqualTo(Map.of("SRR1", "redundant BioSample SAMN1: SRR4 is taken", "SRR4", "is taken"));
  }

  /** A choice among a part would be another one than the next try makes. */
  @ParameterizedTest
  @EnumSource(names = {"TRANSIENT", "CORRUPT", "ABSENT", "PERMANENT"})
  void aPartIsChosenFromOnlyIfNoMoreWillBeFound(FailureClass failure) {
    CollectedDiscovery discovery = new CollectedDiscovery(TWO, "p");
    assertThatThrownBy(
            () ->
                ChosenBatches.discover(
                    new Runs(
                        search -> {
                          search.emit(runs(0, 20));
                          throw new Source.SourceException(Failure.of(failure, "PRJNA7 is away"));
                        }),
                    discovery,
                    scratch))
        .isInstanceOf(Source.SourceException.class)
        .hasMessage("PRJNA7 is away");
    boolean over = failure == FailureClass.ABSENT || failure == FailureClass.PERMANENT;
    assertThat(discovery.batches()).hasSize(over ? 20 : 0);
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void aDiskThatTakesNothingIsAFailureThatMayPass() {
    assertThatThrownBy(
            () ->
                ChosenBatches.discover(
                    new Runs(search -> {}),
                    new CollectedDiscovery(TWO, "p"),
                    scratch.resolve("missing")))
        .isInstanceOfSatisfying(
            Source.SourceException.class,
            e -> assertThat(e.failure().failureClass()).isEqualTo(FailureClass.TRANSIENT))
        .hasMessageContaining("cannot hold back the runs");
  }
}
