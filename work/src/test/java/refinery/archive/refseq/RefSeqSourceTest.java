package refinery.archive.refseq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.archive.ArchiveHttp;
import refinery.archive.Archives;
import refinery.archive.CollectedDiscovery;
import refinery.archive.ScriptedServer;
import refinery.archive.ScriptedServer.Answer;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.source.Source.SourceException;

class RefSeqSourceTest {
  private static final String PARENT = "/genomes/all/GCF/000/146/045/";
  private static final String NAME = "GCF_000146045.2_R64";
  private static final String HERE = PARENT + NAME + "/" + NAME;
  private static final String SUM = "0123456789abcdef0123456789abcdef";

  private ScriptedServer server;
  private ArchiveHttp http;
  private RefSeqSource source;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    http = Archives.http(Archives.at(server.url()));
    source = new RefSeqSource(new RefSeqConfig(server.url() + "/genomes/all"), http);
    listing("GCF_000146045.1_R61", NAME, "GCF_000146045.10_evil name", "GCF_000146046.9_other");
    sums("_genomic.fna.gz", "_genomic.gtf.gz", "_rna_from_genomic.fna.gz");
    report(
        "# Assembly name:  R64\r\n# Organism name:  Saccharomyces cerevisiae S288C (yeast)\r\n"
            + "# Infraspecific name:  strain=S288C\r\n# Taxid:          559292\r\n#\r\n"
            + "# Sequence-Name\tRole\r\n# Taxid: 1\r\nI\tassembled-molecule\r\n");
    server.always(HERE + "_genomic.fna.gz", Answer.ok("0123456789"));
    server.always(HERE + "_genomic.gtf.gz", Answer.ok("01234"));
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  private void listing(String... names) {
    StringBuilder page = new StringBuilder("<pre><a href=\"/genomes/all/GCF/\">Parent</a>\n");
    for (String name : names) {
      page.append("<a href=\"" + name + "/\">" + name + "/</a>  2014-12-17 10:00  -\n");
    }
    server.always(PARENT, Answer.ok(page + "</pre>"));
  }

  private void sums(String... files) {
    StringBuilder text = new StringBuilder();
    for (String file : files) {
      text.append(SUM + "  ./" + NAME + file + "\n");
    }
    text.append(
        "f".repeat(32) + "  ./" + NAME + "_assembly_structure/" + NAME + "_genomic.fna.gz\n");
    server.always(PARENT + NAME + "/md5checksums.txt", Answer.ok(text.toString()));
  }

  private void report(String text) {
    server.always(HERE + "_assembly_report.txt", Answer.ok(text));
  }

  private List<BatchSpec> discover(String assembly) throws Exception {
    CollectedDiscovery discovery =
        new CollectedDiscovery("{'assembly':'" + assembly + "'}", "transcriptome-index");
    source.discover(discovery);
    return discovery.batches();
  }

  private SourceException failure(String assembly) {
    return catchThrowableOfType(SourceException.class, () -> discover(assembly));
  }

  @ParameterizedTest
  @CsvSource({"GCF_000146045.2", "GCF_000146045", "' gcf_000146045 '"})
  void anAssemblyBecomesTwoIndicesThatShareADownload(String assembly) throws Exception {
    List<BatchSpec> found = discover(assembly);
    assertThat(found)
        .extracting(BatchSpec::key)
        .containsExactly("GCF_000146045.2/k31", "GCF_000146045.2/k23");
    assertThat(found).extracting(BatchSpec::downloadGroup).containsOnly("refseq:GCF_000146045.2");
    BatchSpec first = found.getFirst();
    assertThat(first.organism()).contains("saccharomyces_cerevisiae_s288c");
    assertThat(first.metadata())
        .containsAllEntriesOf(
            Map.of(
                "species", "saccharomyces_cerevisiae_s288c",
                "scientific_name", "Saccharomyces cerevisiae S288C",
                "assembly", "R64",
                "release", "GCF_000146045.2",
                "taxon_id", "559292",
                "report_organism_name", "Saccharomyces cerevisiae S288C (yeast)",
                "report_infraspecific_name", "strain=S288C"));
    assertThat(first.inputBytes()).isEqualTo(15);
    assertThat(first.files())
        .flatExtracting(file -> file.locations())
        .containsExactly(
            location("_genomic.fna.gz", "fa.gz", 10), location("_genomic.gtf.gz", "gtf.gz", 5));
  }

  private Location location(String file, String format, long size) {
    return new Location(
        "refseq",
        server.url() + HERE + file,
        format,
        OptionalLong.of(size),
        Optional.of(Location.Checksum.md5(SUM)));
  }

  @Test
  void anOlderVersionIsTakenWhereItIsNamedAndAnUnknownOneIsAbsent() {
    SourceException failure = failure("GCF_000146045.3");
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure).hasMessageContaining("NCBI has no assembly GCF_000146045.3");
    assertThat(failure("GCF_999999999").failure().failureClass()).isEqualTo(FailureClass.ABSENT);
  }

  @Test
  void anAssemblyWithoutAnnotationIsNamedAndTheOthersAreFound() {
    sums("_genomic.fna.gz");
    SourceException failure = failure("GCF_000146045.2");
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure).hasMessageContaining("there is no " + NAME + "_genomic.gtf.gz in ");
  }

  @ParameterizedTest
  @CsvSource({"md5checksums.txt", NAME + "_assembly_report.txt"})
  void aPageInsteadOfAFileIsNoAbsence(String file) {
    server.always(PARENT + NAME + "/" + file, Answer.ok("<html>maintenance</html>"));
    assertThat(failure("GCF_000146045").failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
    server.always(PARENT + NAME + "/" + file, Answer.of(503, "busy"));
    assertThat(failure("GCF_000146045").failure().failureClass()).isEqualTo(FailureClass.TRANSIENT);
  }
}
