package refinery.archive.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.archive.Archives;
import refinery.archive.CollectedDiscovery;
import refinery.protocol.FailureClass;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.source.Source.SourceException;

class FilesSourceTest {
  private static final String SUM = "0123456789abcdef0123456789ABCDEF";

  @TempDir Path temp;
  private Path data;
  private FilesSource source;

  @BeforeEach
  void start() throws Exception {
    data = Files.createDirectories(temp.resolve("data"));
    for (String name : List.of("a_1", "a_2", "b", "a b")) {
      Files.writeString(data.resolve(name + ".fastq.gz"), name);
    }
    Files.createFile(data.resolve("empty.fastq.gz"));
    Files.writeString(temp.resolve("outside.fastq.gz"), "secret");
    Files.createSymbolicLink(data.resolve("out.fastq.gz"), temp.resolve("outside.fastq.gz"));
    Files.createSymbolicLink(data.resolve("in.fastq.gz"), data.resolve("b.fastq.gz"));
    Files.createDirectory(data.resolve("folder.fastq.gz"));
    source =
        new FilesSource(
            Archives.at(
                "http://127.0.0.1:1",
                Map.of(
                    "refinery.archives.files.directories",
                    List.of(data.toString(), temp.resolve("not-mounted").toString()),
                    "refinery.archives.files.hosts",
                    List.of("lab.example.org", "*.data.example.org"))));
  }

  /** DIR is the directory that may be read. */
  private String here(String text) {
    return text.replace("DIR", data.toString()).replace("SUM", SUM);
  }

  private static ObjectNode parameters(String table) {
    return Json.MAPPER.createObjectNode().put("table", table);
  }

  private CollectedDiscovery discover(JsonNode parameters) throws Exception {
    CollectedDiscovery discovery =
        new CollectedDiscovery(parameters.toString().replace("'", "\\u0027"), "salmon-quant");
    source.discover(discovery);
    return discovery;
  }

  private SourceException failure(String table) {
    return catchThrowableOfType(SourceException.class, () -> discover(parameters(here(table))));
  }

  @Test
  void aLineBecomesABatchWithAllItsColumns() throws Exception {
    String table =
        "\uFEFFSample\tfastq_1\tFASTQ_2\tmd5_1\tmd5_2\torganism\ttaxon\tage (weeks)\ttissue\r\n"
            + "liver.1\tDIR/a_1.fastq.gz\tDIR/a_2.fastq.gz\tSUM\t\tMus musculus\t10090\t8"
            + "\tliver\r\n"
            + "\r\n"
            + "brain\thttps://x.data.example.org/b.fq.gz?token=1\t\t\t\t\t\t\t \r\n";
    List<BatchSpec> found = discover(parameters(here(table))).batches();
    assertThat(found).extracting(BatchSpec::key).containsExactly("liver.1", "brain");
    BatchSpec first = found.getFirst();
    assertThat(first.organism()).contains("mus_musculus");
    assertThat(first.metadata())
        .isEqualTo(
            Map.of(
                "scientific_name", "Mus musculus",
                "tax_id", "10090",
                "age (weeks)", "8",
                "tissue", "liver",
                "library_layout", "PAIRED"));
    assertThat(first.files())
        .extracting(SourceFile::name)
        .containsExactly("liver.1_1.fastq.gz", "liver.1_2.fastq.gz");
    assertThat(first.files().getFirst().locations())
        .containsExactly(
            new Location(
                "files",
                data.resolve("a_1.fastq.gz").toUri().toString(),
                "fastq.gz",
                OptionalLong.of(3),
                Optional.of(Location.Checksum.md5(SUM.toLowerCase(java.util.Locale.ROOT)))));
    assertThat(first.inputBytes()).isEqualTo(6);
    assertThat(found.getLast().files().getFirst().locations().getFirst().url())
        .isEqualTo("https://x.data.example.org/b.fq.gz?token=1");
    assertThat(found.getLast().metadata()).isEqualTo(Map.of("library_layout", "SINGLE"));
  }

  @Test
  void aTableOnDiskAndRowsInTheRequestAreTheSame() throws Exception {
    Path table = data.resolve("samples.csv");
    Files.writeString(table, here("sample,reads,note\nb,DIR/in.fastq.gz,\"one, \"\"two\"\"\"\n"));
    BatchSpec fromDisk = discover(parameters(table.toString())).batches().getFirst();
    ObjectNode rows = Json.MAPPER.createObjectNode();
    rows.putArray("rows")
        .addObject()
        .put("sample", "b")
        .put("reads", here("DIR/in.fastq.gz"))
        .put("note", "one, \"two\"");
    assertThat(source.problems(rows)).isEmpty();
    assertThat(discover(rows).batches()).containsExactly(fromDisk);
    assertThat(fromDisk.metadata()).containsEntry("note", "one, \"two\"");
  }

  /** One name may be used by two people for two samples, but not in one table. */
  @Test
  void aSampleWhoseFilesAreOthersIsAnotherBatch() throws Exception {
    String one = "sample,reads\nx,DIR/b.fastq.gz\n";
    String other = "sample,reads_1,reads_2\nx,DIR/a_1.fastq.gz,DIR/a_2.fastq.gz\n";
    BatchSpec first = discover(parameters(here(one))).batches().getFirst();
    assertThat(discover(parameters(here(one))).batches()).containsExactly(first);
    BatchSpec second = discover(parameters(here(other))).batches().getFirst();
    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(second.downloadGroup()).isNotEqualTo(first.downloadGroup());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sample,reads#x,DIR/b.fastq.gz#x,DIR/b.fastq.gz | line 3: sample x is in line 2 already",
        "sample,reads#../x,DIR/b.fastq.gz | line 2: sample must be a name",
        "sample,reads#x,DIR/../outside.fastq.gz | line 2: reads must not hold",
        "sample,reads#x,/etc/x.fastq.gz | line 2: reads must lie below DIR or",
        "sample,reads#x,b.fastq.gz | line 2: reads must be an absolute path",
        "sample,reads#x,DIR/b.bam | line 2: reads must end in .fastq.gz",
        "sample,reads#x,gopher://lab.example.org/b.fastq.gz | line 2: reads must be an absolute",
        "sample,reads#x,https://evil.example.org/b.fastq.gz | line 2: reads evil.example.org:443 is"
            + " no",
        "sample,reads#x,https://lab.example.org:22/b.fastq.gz | refinery.archives.files.hosts",
        "sample,reads#x,https://u:p@lab.example.org/b.fastq.gz | line 2: reads must be an address"
            + " without",
        "sample,reads#x,https://lab.example.org/a b.fastq.gz | line 2: reads is not an address",
        "sample,reads_1,reads_2#x,DIR/b.fastq.gz,DIR/b.fastq.gz | line 2: reads_2 is the same file",
        "sample,reads_1,reads_2#x,,DIR/b.fastq.gz | line 2: reads_1 is missing",
        "sample,reads,md5#x,DIR/b.fastq.gz,abc | line 2: md5 must be 32 digits",
        "sample,reads_1,md5_2#x,DIR/b.fastq.gz,SUM | line 2: md5_2 belongs to no file",
        "sample,reads,taxon#x,DIR/b.fastq.gz,mouse | line 2: tax_id must be a number",
        "sample,reads#x | line 2: has 1 values, the header 2",
        "sample,reads#'',''#x,DIR/b.bam | line 3: reads must end",
        "sample,reads,reads_1#x,DIR/b.fastq.gz,DIR/a_1.fastq.gz | line 2: reads give either",
        "sample,layout#x,y | line 1: there is no column 'reads_1'",
        "name,reads#x,DIR/b.fastq.gz | line 1: there is no column 'sample'",
        "sample,reads,Fastq#x,y,z | line 1: two columns are named reads",
        "sample,reads,#x,DIR/b.fastq.gz,z | line 1: '' is no name of a column",
        "sample,reads#x,\"DIR/b.fastq.gz | a quote that begins in line 2 is not closed"
      })
  void aBadLineIsRefusedWithTheRequestAndNamed(String lines, String message) {
    String table = here(lines.replace("#", "\n") + "\n");
    assertThat(source.problems(parameters(table)))
        .extracting(Problem::pointer, Problem::message)
        .anySatisfy(
            problem -> {
              assertThat(problem.toList().getFirst()).isEqualTo("/table");
              assertThat(problem.toList().getLast().toString()).contains(here(message));
            });
    assertThat(failure(lines.replace("#", "\n") + "\n").failure().message())
        .contains(here(message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gone.fastq.gz | reads is not there",
        "out.fastq.gz | reads a link leads out",
        "folder.fastq.gz | reads is no regular file",
        "empty.fastq.gz | reads is empty"
      })
  void whatTheDiskHoldsIsSeenByTheSurveyAndNothingIsRecorded(String name, String message)
      throws Exception {
    String table = here("sample,reads\ngood,DIR/b.fastq.gz\nx,DIR/" + name + "\n");
    assertThat(source.problems(parameters(table))).isEmpty();
    CollectedDiscovery discovery =
        new CollectedDiscovery(parameters(table).toString(), "salmon-quant");
    SourceException failure =
        catchThrowableOfType(SourceException.class, () -> source.discover(discovery));
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure).hasMessageStartingWith("line 3: " + message);
    assertThat(discovery.batches()).isEmpty();
  }

  @Test
  void ofManyBadLinesTheRestIsCounted() {
    assertThat(failure("sample,reads\n" + "x/,y\n".repeat(30)))
        .hasMessageContaining("line 2: sample must")
        .hasMessageEndingWith("and 40 more");
  }

  @Test
  void aTableThatMayNotBeReadIsRefused() throws Exception {
    assertThat(source.problems(parameters("/etc/passwd")))
        .extracting(Problem::message)
        .singleElement()
        .asString()
        .contains("must lie below");
    assertThat(source.problems(Json.MAPPER.createObjectNode())).hasSize(1);
    assertThat(failure("DIR/none.csv").failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure("DIR/out.fastq.gz")).hasMessageContaining("a link leads out");
    Files.write(
        data.resolve("latin.csv"), "sample,reads\né,x\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(failure("DIR/latin.csv")).hasMessageContaining("is not UTF-8 text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"relative", "/", "/data/../etc"})
  void aDirectoryThatSaysTooMuchStopsTheStart(String directory) {
    assertThatThrownBy(
            () ->
                Archives.at(
                    "http://127.0.0.1:1",
                    Map.of("refinery.archives.files.directories", List.of(directory))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("refinery.archives.files.directories");
  }

  @Test
  void withoutConfigurationNothingMayBeRead() {
    FilesSource bare = new FilesSource(Archives.at("http://127.0.0.1:1"));
    assertThat(bare.problems(parameters(here("sample,reads\nx,DIR/b.fastq.gz\n"))))
        .extracting(Problem::message)
        .singleElement()
        .asString()
        .contains("no directory may be read; name one in refinery.archives.files.directories");
  }
}
