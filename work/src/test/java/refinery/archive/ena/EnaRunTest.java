package refinery.archive.ena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.archive.ArchivePath;
import refinery.archive.Archives;
import refinery.archive.MalformedAnswer;
import refinery.archive.ScriptedServer;
import refinery.archive.Slug;

class EnaRunTest {

  private static List<Map<String, String>> rows(String body) throws Exception {
    List<Map<String, String>> rows = new ArrayList<>();
    EnaRows.read(new StringReader(body), Archives.at("http://localhost").limits(), rows::add);
    return rows;
  }

  private static EnaRun run(String resource) throws Exception {
    return EnaRun.of(rows(ScriptedServer.resource(resource)).getFirst()).orElseThrow();
  }

  @Test
  void readsThePortalsOwnList() throws Exception {
    List<Map<String, String>> rows = rows(ScriptedServer.resource("api/ena/read_run.json"));
    assertThat(rows).hasSize(7);
    EnaRun run = EnaRun.of(rows.getFirst()).orElseThrow();
    assertThat(run.accession()).isEqualTo("SRR990001");
    assertThat(run.notes()).isEmpty();
    assertThat(run.fastq())
        .contains(
            new EnaRun.Fastq(
                "SRR990001_1.fastq.gz",
                "/vol1/fastq/SRR990/SRR990001/SRR990001_1.fastq.gz",
                OptionalLong.of(145135),
                Optional.of("c18f2846b188fc9942eebc42baae89c0")));
  }

  @Test
  void anEmptyEntryDoesNotShiftTheOthers() throws Exception {
    EnaRun run = run("malformed/empty_entries_filereport.tsv");
    assertThat(run.fastq())
        .containsExactly(
            new EnaRun.Fastq(
                "SRR990001_2.fastq.gz",
                "/vol1/fastq/SRR990/SRR990001/SRR990001_2.fastq.gz",
                OptionalLong.of(145881),
                Optional.of("67fd558d16d5d0cadc83f85c51ec9461")));
    assertThat(run.notes()).singleElement().asString().contains("empty entry at place 1");
  }

  @Test
  void aListOfAnotherLengthIsNotTrusted() {
    EnaRun run =
        EnaRun.of(
                Map.of(
                    "run_accession", "SRR990001",
                    "fastq_ftp", "h/a_1.fastq.gz;h/a_2.fastq.gz",
                    "fastq_md5", "0".repeat(32),
                    "fastq_bytes", "1;2"))
            .orElseThrow();
    assertThat(run.fastq()).extracting(EnaRun.Fastq::md5).containsOnly(Optional.empty());
    assertThat(run.fastq())
        .extracting(EnaRun.Fastq::bytes)
        .containsExactly(OptionalLong.of(1), OptionalLong.of(2));
    assertThat(run.notes()).singleElement().asString().contains("fastq_md5");
  }

  @Test
  void addressesWithoutAPathAreNoFiles() throws Exception {
    EnaRun run = run("malformed/count_mismatch_filereport.tsv");
    assertThat(run.fastq()).isEmpty();
    assertThat(run.notes()).hasSize(3);
  }

  @Test
  void aRunWithoutFastqIsStillARun() throws Exception {
    EnaRun run = run("malformed/blank_fields_filereport.tsv");
    assertThat(run.fastq()).isEmpty();
    assertThat(run.notes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"malformed/header_only_filereport.tsv", "malformed/empty_filereport.tsv"})
  void aHeaderAloneOrNothingHasNoRows(String resource) throws Exception {
    assertThat(rows(ScriptedServer.resource(resource))).isEmpty();
    assertThat(rows("[]")).isEmpty();
    assertThat(rows(" \n")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"message\":\"ERROR\"}",
        "<html><body>503</body></html>",
        "[{\"run_accession\":\"SRR990001\",\"fastq_ftp\":\"ftp.sra",
        "[{\"run_accession\":\"SRR990001\"}",
        "[{\"run_accession\":[1]}]",
        "[1]",
        "[] trailing",
        "ERROR: Something unexpected went wrong please try again."
      })
  void rubbishIsNeverASmallStudy(String body) {
    assertThatThrownBy(() -> rows(body)).isInstanceOf(MalformedAnswer.class);
  }

  @ParameterizedTest
  @CsvSource({
    "ftp.sra.ebi.ac.uk/vol1/a.gz, /vol1/a.gz",
    "ftp://ftp.sra.ebi.ac.uk/vol1/a.gz, /vol1/a.gz",
    "http://h:8080/vol1/a.gz, /vol1/a.gz",
    "fasp.sra.ebi.ac.uk:/vol1/a.gz, /vol1/a.gz",
    "/vol1//a.gz, /vol1/a.gz",
    "h/a b#c?d%.gz, /a%20b%23c%3Fd%25.gz",
    "h/a%20b.gz, /a%20b.gz"
  })
  void onlyThePathOfAnAddressIsKept(String stated, String path) {
    assertThat(ArchivePath.of(stated)).map(ArchivePath::encoded).contains(path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"h/../a.gz", "h/%2e%2e/a.gz", "h/a%2f..%2fb.gz", "a.gz", "h/", "h/a%00b"})
  void aPathThatClimbsOrEndsNowhereIsNone(String stated) {
    assertThat(ArchivePath.of(stated)).isEmpty();
  }

  @Test
  void fileNamesAreSafeAndOnce() {
    EnaRun run =
        EnaRun.of(
                Map.of(
                    "run_accession",
                    "SRR990001",
                    "fastq_ftp",
                    "h/a/x.fastq.gz;h/b/x.fastq.gz;h/.hidden;h/$(reboot).gz",
                    "study_title",
                    "nul\u0000and\nnewline"))
            .orElseThrow();
    assertThat(run.fastq()).extracting(EnaRun.Fastq::name).containsExactly("x.fastq.gz");
    assertThat(run.field("study_title")).isEqualTo("nul and newline");
    assertThat(EnaRun.of(Map.of("run_accession", "../etc"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Homo sapiens, homo_sapiens",
    "Canis lupus familiaris, canis_lupus_familiaris",
    "Escherichia coli str. K-12, escherichia_coli_str_k_12",
    "Ünïcode  'x', unicode_x"
  })
  void organismsAreSlugs(String name, String slug) {
    assertThat(Slug.organism(name)).isEqualTo(slug);
  }

  @Test
  void aRefusalNamesTheInvalidFields() {
    assertThat(EnaPortal.invalidFields(ScriptedServer.resource("malformed/invalid_field_400.txt")))
        .containsExactly("parent_study");
    assertThat(EnaPortal.invalidFields("Invalid fieldName(s) supplied: a_b, c\n"))
        .containsExactly("a_b", "c");
  }
}
