package refinery.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import refinery.api.ApiProblem;
import refinery.api.Artifact;
import refinery.api.Batch;
import refinery.api.Refinery;
import refinery.api.Survey;
import refinery.api.SurveyOrder;

/** The Java client and the Python example, against a node that has refined a run. */
final class ProgramChecks {
  private static final Path ROOT = Path.of(System.getProperty("refinery.root", ".."));

  private final String url;
  private final Path temp;
  private final SurveyOrder order;

  ProgramChecks(String url, Path temp, String run) {
    this.url = url;
    this.temp = temp;
    this.order = SurveyOrder.of("ena", Map.of("accession", run)).through("kallisto-quant");
  }

  /** Both fetch the same files, as both are told the digests; both say what is refused. */
  void bothFetchTheSame() throws Exception {
    Path ofJava = temp.resolve("java");
    Path ofPython = temp.resolve("python");
    Batch batch = java(ofJava);
    String accession = order.parameters().path("accession").asText();
    String said =
        python(
            0,
            "survey",
            "ena",
            "accession=" + accession,
            "pipeline=kallisto-quant",
            "--to",
            ofPython.toString());
    assertThat(said).contains("done: 1 of 1 batches done", "0 already there");
    Map<String, Long> sizes = new java.util.TreeMap<>();
    batch.artifacts().forEach(each -> sizes.put(each.name(), each.size()));
    assertThat(files(ofPython)).isEqualTo(files(ofJava)).containsAllEntriesOf(sizes);
    assertThat(python(2, "survey", "ena")).contains("/parameters/accession", "(HTTP 400)");
    assertThat(python(0, "events", "--after", "0", "--count", "3").lines()).hasSize(3);
  }

  private Batch java(Path folder) throws IOException {
    Refinery refinery = Refinery.at(url, Optional.empty());
    assertThatThrownBy(() -> refinery.post(SurveyOrder.of("ena", Map.of())))
        .isInstanceOfSatisfying(
            ApiProblem.class,
            problem ->
                assertThat(problem.faults())
                    .extracting(ApiProblem.Fault::pointer)
                    .contains("/parameters/accession"));
    Survey survey = refinery.post(order, "the-same-key");
    assertThat(refinery.post(order, "the-same-key").id()).isEqualTo(survey.id());
    assertThat(refinery.await(survey.id(), DemoTest.PATIENCE).state()).isEqualTo("done");
    List<String> types = new ArrayList<>();
    refinery.events(
        Optional.of(0L),
        event -> {
          if (event.entity().equals(survey.id())) {
            types.add(event.type());
          }
          return types.isEmpty();
        });
    assertThat(types).hasSize(1);
    List<Batch> batches = new ArrayList<>();
    refinery.batches(Map.of("survey_id", survey.id(), "state", "done")).forEach(batches::add);
    assertThat(batches).hasSize(1);
    Batch batch = refinery.batch(batches.getFirst().id());
    for (Artifact artifact : batch.artifacts()) {
      assertThat(refinery.download(artifact, folder.resolve("run").resolve(artifact.name())))
          .isTrue();
    }
    assertThat(refinery.job(batch.jobIds().getFirst()).hasEnded()).isTrue();
    return batch;
  }

  /** Sizes by file name. */
  private static Map<String, Long> files(Path folder) throws IOException {
    Map<String, Long> sizes = new java.util.TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        sizes.put(file.getFileName().toString(), Files.size(file));
      }
    }
    return sizes;
  }

  private String python(int code, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("/usr/bin/python3", "-I"));
    command.add(ROOT.resolve("docs/examples/refinery.py").toAbsolutePath().toString());
    command.addAll(List.of("--url", url));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(temp, "python", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(Duration.ofMinutes(3).toSeconds(), TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(output);
    assertThat(process.exitValue()).as(said).isEqualTo(code);
    return said;
  }
}
