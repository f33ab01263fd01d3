package refinery.archive.ensembl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.StringReader;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import refinery.archive.AnswerText;
import refinery.archive.ArchiveHttp;
import refinery.archive.Archives;
import refinery.archive.ArchivesConfig;
import refinery.archive.CollectedDiscovery;
import refinery.archive.ScriptedServer;
import refinery.archive.ScriptedServer.Answer;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.survey.Source.SourceException;

class EnsemblSourceTest {
  private static final String DNA = "/pub/release-99/fasta/synthetica_minima/dna/";
  private static final String GTF = "/pub/release-99/gtf/synthetica_minima/";
  private static final String TOPLEVEL = "Synthetica_minima.SMIN1.dna.toplevel.fa.gz";
  private static final String PRIMARY = "Synthetica_minima.SMIN1.dna.primary_assembly.fa.gz";
  private static final String ONE = "{'division':'EnsemblVertebrates','species':'%s'}";

  private ScriptedServer server;
  private ArchiveHttp http;
  private EnsemblSource source;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    api("/info/species", "info_species.json");
    api("/info/software", "info_software.json");
    api("/info/eg_version", "info_eg_version.json");
    api("/info/genomes/division/EnsemblFungi", "info_genomes_division_EnsemblFungi.json");
    server.always(DNA + TOPLEVEL, Answer.ok("genome"));
    server.always(GTF + "Synthetica_minima.SMIN1.99.gtf.gz", Answer.ok("gtf"));
    server.always(DNA + "CHECKSUMS", Answer.ok("57251    60 " + TOPLEVEL + "\n"));
    server.always(GTF + "CHECKSUMS", Answer.ok("00110 13 Synthetica_minima.SMIN1.99.gtf.gz\n"));
    ArchivesConfig archives = Archives.at(server.url());
    http = Archives.http(archives);
    source = new EnsemblSource(archives, http);
  }

  private void api(String path, String resource) {
    server.always(path, Answer.ok(ScriptedServer.resource("api/ensembl/" + resource)));
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  private CollectedDiscovery discover(String parameters) throws Exception {
    CollectedDiscovery discovery = new CollectedDiscovery(parameters, "transcriptome-index");
    source.discover(discovery);
    return discovery;
  }

  private SourceException failure(String parameters) {
    return failure(new CollectedDiscovery(parameters, "transcriptome-index"));
  }

  private SourceException failure(CollectedDiscovery discovery) {
    return catchThrowableOfType(SourceException.class, () -> source.discover(discovery));
  }

  @Test
  void aSpeciesGivesTwoIndexBatchesThatShareOneDownload() throws Exception {
    var batches = discover(ONE.formatted("Synthetica minima")).batches();
    assertThat(batches)
        .extracting(BatchSpec::key)
        .containsExactly("synthetica_minima/SMIN1/99/k31", "synthetica_minima/SMIN1/99/k23");
    assertThat(batches)
        .extracting(BatchSpec::identity)
        .containsExactly(Map.of("k", "31"), Map.of("k", "23"));
    assertThat(batches)
        .extracting(BatchSpec::downloadGroup)
        .containsOnly("ensembl:EnsemblVertebrates/synthetica_minima/SMIN1/99");
    assertThat(batches.getFirst().organism()).contains("synthetica_minima");
    assertThat(batches.getFirst().metadata())
        .containsEntry("release", "99")
        .containsEntry("assembly", "SMIN1")
        .containsEntry("taxon_id", "9999999");
    assertThat(batches.getFirst().files().getFirst().locations())
        .containsExactly(
            new Location(
                "ensembl",
                server.url() + DNA + TOPLEVEL,
                "fa.gz",
                OptionalLong.of(6),
                Optional.of(new Location.Checksum("bsd-sum", "57251 60"))));
    assertThat(batches.getFirst().inputBytes()).isEqualTo(9);
  }

  @Test
  void thePrimaryAssemblyIsPreferredWhereItExists() throws Exception {
    server.always(DNA + "CHECKSUMS", Answer.of(404, ""));
    server.always(DNA + PRIMARY, Answer.ok("primary"));
    assertThat(discover(ONE.formatted("synthetica_minima")).batches().getFirst().files())
        .first()
        .satisfies(file -> assertThat(file.name()).isEqualTo(PRIMARY));
  }

  @Test
  void withoutAListingAMissingPrimaryAssemblyMeansToplevel() throws Exception {
    server.always(DNA + "CHECKSUMS", Answer.of(404, ""));
    var file = discover(ONE.formatted("synthetica_minima")).batches().getFirst().files().getFirst();
    assertThat(file.name()).isEqualTo(TOPLEVEL);
    assertThat(file.locations().getFirst().checksum()).isEmpty();
  }

  @Test
  void noAnswerIsNotAnAbsence() {
    server.always(DNA + "CHECKSUMS", Answer.of(404, ""));
    server.always(DNA + PRIMARY, Answer.of(503, ""));
    SourceException failure = failure(ONE.formatted("synthetica_minima"));
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.TRANSIENT);
    assertThat(failure.getMessage()).contains("synthetica_minima").contains("503");
  }

  @Test
  void anUnknownSpeciesIsAbsentWithWhatMayBeMeant() {
    CollectedDiscovery discovery =
        new CollectedDiscovery(
            "{'division':'EnsemblVertebrates','species':['synthetica_minma','synthetica_minima']}",
            "transcriptome-index");
    SourceException failure = failure(discovery);
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure.getMessage()).contains("did you mean synthetica_minima");
    assertThat(discovery.batches()).hasSize(2);
  }

  @Test
  void oneSpeciesWithoutFilesDoesNotStopTheOthers() {
    server.always(
        "/info/species",
        Answer.ok(
            "{\"species\":[{\"name\":\"no_files\",\"assembly\":\"A 1\"},"
                + "{\"name\":\"synthetica_minima\",\"assembly\":\"SMIN1\"}]}"));
    CollectedDiscovery discovery =
        new CollectedDiscovery("{'division':'EnsemblVertebrates','release':99}", "t");
    SourceException failure = failure(discovery);
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure.getMessage()).contains("No_files.A_1.dna.toplevel.fa.gz");
    assertThat(discovery.batches()).hasSize(2);
  }

  @Test
  void collectionsAreFoundInTheTableOfSpecies() throws Exception {
    String root = "/genomes/release-46/fungi";
    String species = "synthetica_fungosa_gca_999999998";
    String file = "Synthetica_fungosa_gca_999999998.SFUN1";
    String below = "/fungi_ascomycota1_collection/" + species;
    api(root + "/species_EnsemblFungi.txt", "species_EnsemblFungi.txt");
    server.always(
        root + "/fasta" + below + "/dna/" + file + ".dna.toplevel.fa.gz", Answer.ok("genome"));
    server.always(root + "/gtf" + below + "/" + file + ".46.gtf.gz", Answer.ok("gtf"));
    assertThat(discover("{'division':'EnsemblFungi'}").batches())
        .extracting(BatchSpec::key)
        .containsExactly(species + "/SFUN1/46/k31", species + "/SFUN1/46/k23");
  }

  @Test
  void aBrokenListOfSpeciesIsCorruptAndARefusalPermanent() {
    server.always("/info/species", Answer.ok("{\"species\":[{\"name\":\"a"));
    assertThat(failure(ONE.formatted("a")).failure().failureClass())
        .isEqualTo(FailureClass.CORRUPT);
    server.always("/info/species", Answer.of(400, "{\"error\":\"Could not find division\"}"));
    assertThat(failure(ONE.formatted("a")).failure().failureClass())
        .isEqualTo(FailureClass.PERMANENT);
  }

  private static Checksums listing(String text) throws Exception {
    return Checksums.read(
        AnswerText.of(new StringReader(text), Archives.at("http://localhost").limits()));
  }

  @Test
  void listedNamesAreTakenExactly() throws Exception {
    Checksums listing =
        listing(
            """
            1 1 X_y.ASM.dna_rm.toplevel.fa.gz
            2 2 X_y.ASM.dna.primary_assembly.1.fa.gz
            3 3 X_y.ASM_.dna.toplevel.fa.gz
            04 0004 ./X_y.OTHER.dna.toplevel.fa.gz
            5 5 ../X_y.EVIL.dna.toplevel.fa.gz
            nonsense
            """);
    assertThat(listing.genome("primary_assembly", "ASM")).isEmpty();
    assertThat(listing.genome("toplevel", "OTHER").orElseThrow().assembly()).isEqualTo("OTHER");
    assertThat(listing.genome("toplevel", "ASM").orElseThrow().assembly()).isEqualTo("ASM_");
    assertThat(listing.sum("X_y.OTHER.dna.toplevel.fa.gz")).contains("4 4");
    assertThat(listing.sums()).hasSize(4);
  }
}
