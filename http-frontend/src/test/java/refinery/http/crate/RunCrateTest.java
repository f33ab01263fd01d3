package refinery.http.crate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds crates of 50 different batches to every rule, and every rule to a crate that breaks it. */
class RunCrateTest {
  private static final Payload.Limits LIMITS = new Payload.Limits(4 << 20, 64 << 20);

  /** Two jobs with steps, a need, parameters, files, outputs. */
  private static final int RICH = 5;

  static Stream<Integer> numbers() {
    return IntStream.range(0, 50).boxed();
  }

  private static Stream<Rule> rules() {
    return Stream.concat(CrateRules.all().stream(), RunRules.all().stream());
  }

  private static Document crate(int number) {
    Run run = CrateCases.of(number);
    Payload payload = Payload.of(run, LIMITS);
    Set<String> files = new HashSet<>(Set.of(payload.workflow()));
    payload.members().forEach(member -> files.add(member.path()));
    return new Document(RunCrate.metadata(run, payload), files);
  }

  private static Map<String, List<String>> faults(Document document) {
    return rules()
        .map(rule -> Map.entry(rule.name(), rule.faults().apply(document)))
        .filter(entry -> !entry.getValue().isEmpty())
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void aCrateKeepsEveryRule(int number) {
    assertThat(faults(crate(number))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void theSameBatchGivesTheSameCrateInPathsThatAreSafe(int number) {
    Document document = crate(number);
    assertThat(crate(number).json().toString()).isEqualTo(document.json().toString());
    assertThat(document.files())
        .allMatch(path -> path.matches("(workflow|outputs|logs)/[A-Za-z0-9_][A-Za-z0-9._/-]*"))
        .noneMatch(path -> path.contains("/.") || path.contains("//"));
    assertThat(document.json().toString()).doesNotContain("/home/somebody", "user:word");
  }

  /** How each rule is broken; the names are the rules'. */
  private static Map<String, Consumer<Document>> breaks() {
    return Stream.of(
            Breaks.ofTheDocument(), Breaks.ofTheWorkflow(), Breaks.ofParameters(), Breaks.ofSteps())
        .flatMap(all -> all.entrySet().stream())
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  @Test
  void everyRuleIsSeenToFail() {
    Map<String, Consumer<Document>> breaks = breaks();
    Set<String> unseen = new TreeSet<>();
    rules().forEach(rule -> unseen.add(rule.name()));
    assertThat(breaks.keySet()).containsExactlyInAnyOrderElementsOf(unseen);
    breaks.forEach(
        (rule, broken) -> {
          Document document = crate(RICH);
          broken.accept(document);
          if (faults(document).containsKey(rule)) {
            unseen.remove(rule);
          }
        });
    assertThat(unseen).isEmpty();
  }

  @Test
  void theCasesAreOfAllShapes() {
    Set<String> seen = new TreeSet<>();
    numbers()
        .forEach(
            number -> {
              Run run = CrateCases.of(number);
              seen.add("batch " + run.batch().state().word());
              run.jobs().forEach(job -> seen.add("job " + job.state().word()));
              for (JsonNode entity : crate(number).entities()) {
                Document.values(entity, "@type").forEach(type -> seen.add(type.asText()));
              }
            });
    assertThat(seen)
        .contains("batch planned", "batch failed", "batch cancelled", "batch done")
        .contains("job failed", "job cancelled", "job unplaceable", "job running", "job waiting")
        .contains("OrganizeAction", "ControlAction", "FormalParameter", "PropertyValue");
  }

  @Test
  void itIsToldWhetherTheFileIsTheOneThatRan() {
    assertThat(crate(5).main().path("description").asText())
        .startsWith("it refines The file has changed since; the one that ran had the SHA-256 9");
    assertThat(crate(5).main().path("version").asText()).isEqualTo("1");
    assertThat(crate(2).main().path("description").asText())
        .isEqualTo("it refines The file is that of this node now.");
  }

  @Test
  void whatIsTooLargeIsNamedByItsAddressAndDigest() {
    Run run = CrateCases.of(35);
    Document document = crate(35);
    String address = run.base() + "/api/v1/artifacts/" + CrateCases.digest(4);
    JsonNode index = document.byId().get(address);
    assertThat(index.path("sha256").asText()).isEqualTo(CrateCases.digest(4));
    assertThat(index.path("contentSize").asText()).isEqualTo(Long.toString(1L << 40));
    assertThat(document.files()).contains("outputs/quant.sf", "outputs/2-QUANT.SF");
    Payload small = Payload.of(run, new Payload.Limits(4 << 20, 1500));
    assertThat(small.members()).extracting(Payload.Member::path).contains("outputs/quant.sf");
    assertThat(small.members().stream().mapToLong(Payload.Member::size).sum()).isLessThan(1500);
    Payload rest = small.without(Set.of(CrateCases.digest(1)));
    assertThat(rest.path("quant.sf", CrateCases.digest(1))).isEmpty();
    ObjectNode told = RunCrate.metadata(run, rest);
    assertThat(told.toString()).contains(run.base() + "/api/v1/artifacts/" + CrateCases.digest(1));
  }
}
