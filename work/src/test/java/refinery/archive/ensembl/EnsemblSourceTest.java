package refinery.archive.ensembl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
import refinery.source.Source.SourceException;

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

  /** A species that was renamed after release 99, as the list of today has it. */
  private void renamed() {
    api("/info/species", "info_species_renamed.json");
    server.always(
        "/pub/release-99/fasta/obscura_vetus/dna/Obscura_vetus.CanF3.dna.toplevel.fa.gz",
        Answer.ok("genome"));
    server.always(
        "/pub/release-99/gtf/obscura_vetus/Obscura_vetus.CanF3.99.gtf.gz", Answer.ok("gtf"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'species':'obscura_lupus_vetus'",
        "'species':'obscura_vetus'",
        "'species':'Obscura vetus'",
        "'taxon':9990001",
        "'taxon':'9990001'"
      })
  void anOlderReleaseOfARenamedSpeciesIsReachedByEitherName(String asked) throws Exception {
    renamed();
    var batches =
        discover("{'division':'EnsemblVertebrates','release':99,%s}".formatted(asked)).batches();
    assertThat(batches)
        .extracting(BatchSpec::key)
        .containsExactly("obscura_lupus_vetus/CanF3/99/k31", "obscura_lupus_vetus/CanF3/99/k23");
    assertThat(batches.getFirst().metadata())
        .containsEntry("filed_as", "obscura_vetus")
        .containsEntry("taxon_id", "9990001");
  }

  /** Neither a name of today nor an alias: the directories of the release have it. */
  @Test
  void aPinnedReleaseHasSpeciesThatTodaysListHasNot() throws Exception {
    renamed();
    String below = "/pub/release-99/fasta/obscura_abrogata/dna/";
    String file = "Obscura_abrogata.A1.dna.toplevel.fa.gz";
    server.always(below + "CHECKSUMS", Answer.ok("1 1 " + file + "\n"));
    server.always(below + file, Answer.ok("genome"));
    server.always(
        "/pub/release-99/gtf/obscura_abrogata/Obscura_abrogata.A1.99.gtf.gz", Answer.ok("gtf"));
    String pinned = "{'division':'EnsemblVertebrates','release':99,'species':'%s'}";
    assertThat(discover(pinned.formatted("Obscura abrogata")).batches())
        .extracting(BatchSpec::key)
        .containsExactly("obscura_abrogata/A1/99/k31", "obscura_abrogata/A1/99/k23");
    SourceException failure = failure(pinned.formatted("obscura_vetvs"));
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure).hasMessageContaining("did you mean obscura_vetus");
  }

  /** As the line is printed to who waits for an index. */
  @Test
  void withoutADivisionAllAreAsked() throws Exception {
    assertThat(discover("{'species':'synthetica_minima','release':99}").batches()).hasSize(2);
    for (String division : List.of("Plants", "Metazoa", "Protists", "Bacteria")) {
      server.always("/info/genomes/division/Ensembl" + division, Answer.ok("[{\"name\":\"x\"}]"));
      server.always(
          "/genomes/release-99/%s/species_Ensembl%s.txt"
              .formatted(division.toLowerCase(java.util.Locale.ROOT), division),
          Answer.ok("#name\tspecies\tcore_db\n"));
    }
    SourceException failure = failure("{'taxon':1427524,'release':99}");
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure).hasMessageContaining("Ensembl has no genome of taxon 1427524");
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
