package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;
import refinery.storage.Digested;
import refinery.transfer.DownloadProgress.Next;
import refinery.transfer.DownloadProgress.Wanted;
import refinery.transfer.DownloadSteps.Known;
import refinery.transfer.DownloadSteps.Ready;
import refinery.transfer.DownloadSteps.Unpacked;
import refinery.transfer.TransferException.BrokenTransfer;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.OutOfDiskTransfer;

class DownloadProgressTest {
  private static final DiskDemand DEMAND =
      DiskDemand.from(ConfigFactory.parseResources("transfer.conf").resolve());
  private static final Resources PLENTY = Resources.of(0, 0, 1L << 50);
  private static final String FIRST = "SRR1_1.fastq.gz";
  private static final String SECOND = "SRR1_2.fastq.gz";
  private static final Location ENA = at("ena", "fastq.gz");
  private static final Location DDBJ = at("ddbj", "fastq.gz");
  private static final Location NCBI = at("ncbi", "sra");
  private static final Outcome STOPPED =
      new DownloadAccount(new Work.Download("", "", List.of(), Map.of()), line -> {}).stopped();

  @TempDir Path directory;
  private final List<String> log = new ArrayList<>();

  private static Location at(String archive, String format) {
    return new Location(
        archive, "https://" + archive + "/x", format, OptionalLong.of(10), Optional.empty());
  }

  private static SourceFile reads(String name, Location... locations) {
    return new SourceFile(name, "fastq.gz", List.of(locations));
  }

  private DownloadProgress progress(Resources reserved, SourceFile... files) {
    Work.Download work = new Work.Download("ena:SRR1", "SRR1", List.of(files), Map.of());
    return new DownloadProgress(
        work, Plan.groups(work.files()), reserved, DEMAND, new DownloadAccount(work, log::add));
  }

  private PartFile.Verified verified(String name) throws IOException {
    return verified(name, 7);
  }

  private PartFile.Verified verified(String name, long reads) throws IOException {
    Path file = directory.resolve(name);
    if (!Files.exists(file)) {
      Files.writeString(file, name);
    }
    return new PartFile.Verified(
        Digested.of(file, "sha of " + name),
        10,
        "",
        Optional.of(
            new FastqCheck.Summary(
                true, reads, 50 * reads, 5, 0, false, List.of(), 33, 70, false)));
  }

  private Next deliver(DownloadProgress progress, Wanted wanted) throws IOException {
    return progress.delivered(wanted, Instant.EPOCH, Instant.EPOCH, verified(wanted.subject()));
  }

  private static List<Wanted> fetched(Next next) {
    assertThat(next).isInstanceOf(Next.Fetch.class);
    return ((Next.Fetch) next).files();
  }

  private static Wanted direct(String name, Location location) {
    return new Wanted(name, location, false);
  }

  private static Failure failure(Next next) {
    return ((Outcome.Failed) ((Next.End) next).outcome()).failure();
  }

  private static List<RawFile> stored(Next next) {
    return ((Next.Publish) next)
        .files().stream()
            .map(
                ready ->
                    new RawFile(
                        ready.name(),
                        ready.role(),
                        "key",
                        ready.verified().sha256(),
                        10,
                        ready.location().archive(),
                        ready.location().url(),
                        OptionalLong.empty(),
                        OptionalLong.empty()))
            .toList();
  }

  @Test
  void fetchesAsManyAtOnceAsTokensAreReserved() throws Exception {
    SourceFile[] files = {reads(FIRST, ENA), reads(SECOND, ENA)};
    DownloadProgress one = progress(PLENTY, files);
    assertThat(fetched(one.begin())).containsExactly(direct(FIRST, ENA));
    assertThat(fetched(deliver(one, direct(FIRST, ENA)))).containsExactly(direct(SECOND, ENA));
    assertThat(deliver(one, direct(SECOND, ENA))).isInstanceOf(Next.Publish.class);
    DownloadProgress two = progress(PLENTY.withTokens(Map.of("net:ena", 2)), files);
    assertThat(fetched(two.begin())).containsExactly(direct(FIRST, ENA), direct(SECOND, ENA));
    assertThat(deliver(two, direct(SECOND, ENA))).isEqualTo(new Next.Await());
    assertThat(deliver(two, direct(FIRST, ENA))).isInstanceOf(Next.Publish.class);
  }

  @Test
  void theNextFileComesWhileTheLastOneIsChecked() throws Exception {
    SourceFile[] files =
        Stream.of("a", "b", "c")
            .map(name -> new SourceFile(name, "bin", List.of(ENA)))
            .toArray(SourceFile[]::new);
    DownloadProgress progress = progress(PLENTY, files);
    assertThat(fetched(progress.begin())).containsExactly(direct("a", ENA));
    assertThat(fetched(progress.received(direct("a", ENA)))).containsExactly(direct("b", ENA));
    assertThat(progress.received(direct("b", ENA)))
        .as("no more than one is checked for each connection")
        .isEqualTo(new Next.Await());
    assertThat(fetched(deliver(progress, direct("a", ENA)))).containsExactly(direct("c", ENA));
    assertThat(deliver(progress, direct("b", ENA))).isEqualTo(new Next.Await());
    Next last = progress.failed(new CorruptTransfer("md5 differs"), "c", List.of(ENA));
    assertThat(failure(last).failureClass()).isEqualTo(FailureClass.CORRUPT);
  }

  @Test
  void filesThatBelongToNoReadsComeTogetherAndFallBackAlone() throws Exception {
    SourceFile[] files =
        Stream.of("a", "b", "c", "d")
            .map(name -> new SourceFile(name, "bin", List.of(ENA, DDBJ, ENA)))
            .toArray(SourceFile[]::new);
    DownloadProgress progress = progress(PLENTY.withTokens(Map.of("net:ena", 3)), files);
    assertThat(fetched(progress.begin())).hasSize(3);
    assertThat(fetched(progress.failed(new CorruptTransfer("cut"), "b", List.of(ENA))))
        .as("the others go on")
        .containsExactly(direct("d", ENA));
    assertThat(deliver(progress, direct("a", ENA))).isEqualTo(new Next.Await());
    assertThat(progress.failed(new CorruptTransfer("cut"), "c", List.of(ENA)))
        .isEqualTo(new Next.Await());
    assertThat(deliver(progress, direct("d", ENA))).isEqualTo(new Next.Clear(List.of()));
    assertThat(fetched(progress.cleared())).containsExactly(direct("b", DDBJ));
    assertThat(fetched(progress.failed(new CorruptTransfer("cut"), "b", List.of(DDBJ))))
        .containsExactly(direct("c", DDBJ));
    assertThat(deliver(progress, direct("c", DDBJ))).isEqualTo(new Next.Clear(List.of()));
    assertThat(fetched(progress.cleared())).containsExactly(direct("b", ENA));
    assertThat(((Next.Publish) deliver(progress, direct("b", ENA))).files())
        .extracting(Ready::name)
        .containsExactly("a", "b", "c", "d");
  }

  @Test
  void allFilesOfARunMoveToTheNextLocationTogether() throws Exception {
    DownloadProgress progress = progress(PLENTY, reads(FIRST, ENA, DDBJ), reads(SECOND, ENA, DDBJ));
    progress.begin();
    deliver(progress, direct(FIRST, ENA));
    Next lost = progress.failed(new CorruptTransfer("md5 differs"), SECOND, List.of(ENA));
    assertThat(((Next.Clear) lost).fetched()).extracting(Ready::name).containsExactly(FIRST);
    assertThat(fetched(progress.cleared())).containsExactly(direct(FIRST, DDBJ));
    assertThat(fetched(deliver(progress, direct(FIRST, DDBJ))))
        .containsExactly(direct(SECOND, DDBJ));
    Next done = progress.published(stored(deliver(progress, direct(SECOND, DDBJ))));
    Outcome.Succeeded succeeded = (Outcome.Succeeded) ((Next.End) done).outcome();
    assertThat(((JobResult.Downloaded) succeeded.result()).facts())
        .containsEntry("delivered_from", "ddbj")
        .hasEntrySatisfying(
            "fallback_reason", reason -> assertThat(reason).contains("md5 differs"));
  }

  @Test
  void theArchiveComesLastAndGivesAllReads() throws Exception {
    DownloadProgress progress = progress(PLENTY, reads(FIRST, ENA, NCBI), reads(SECOND, ENA, NCBI));
    progress.begin();
    progress.failed(new CorruptTransfer("cut"), FIRST, List.of(ENA));
    assertThat(progress.cleared()).isEqualTo(new Next.LookUp(NCBI, "SRR1"));
    Wanted archive = new Wanted("SRR1", NCBI, true);
    assertThat(fetched(progress.known(new Known(NCBI, Optional.of("no md5")))))
        .containsExactly(archive);
    assertThat(log).contains("no md5");
    PartFile.Verified whole = verified("SRR1");
    assertThat(progress.delivered(archive, Instant.EPOCH, Instant.EPOCH, whole))
        .isEqualTo(new Next.Unpack(whole.file(), NCBI));
    Next publish =
        progress.unpacked(
            new Unpacked(List.of(verified(FIRST), verified(SECOND)), Map.of(), List.of()));
    assertThat(stored(publish)).extracting(RawFile::deliveredFrom).containsOnly("ncbi");
  }

  @Test
  void anArchiveThatCannotBeUnpackedIsToBlame() throws Exception {
    DownloadProgress progress = progress(PLENTY, reads(FIRST, NCBI));
    progress.begin();
    progress.known(new Known(NCBI, Optional.empty()));
    progress.delivered(
        new Wanted("SRR1", NCBI, true), Instant.EPOCH, Instant.EPOCH, verified("SRR1"));
    assertThat(progress.stepFailed(new CorruptTransfer("no reads"))).isInstanceOf(Next.Clear.class);
    assertThat(failure(progress.cleared()))
        .matches(failure -> failure.failureClass() == FailureClass.CORRUPT)
        .matches(failure -> failure.message().contains("ncbi delivered a bad copy"));
  }

  @Test
  void anArchiveThatNeedsMoreDiskStartsAnewWithAsMuch() {
    DownloadProgress progress = progress(Resources.of(0, 0, 50), reads(FIRST, NCBI));
    progress.begin();
    Next next = progress.known(new Known(NCBI, Optional.empty()));
    assertThat(((Next.End) next).outcome())
        .isInstanceOfSatisfying(
            Outcome.Outgrown.class,
            outgrown -> assertThat(outgrown.disk()).isEqualTo(100 + DEMAND.margin()));
  }

  /** Both mates of each spot in one file; the split reads lie beside it for a while. */
  @Test
  void aFileThatIsSplitNeedsThreeTimesItsDisk() throws Exception {
    String name = "SRR1.fastq.gz";
    PartFile.Verified plain = verified(name);
    PartFile.Verified both =
        new PartFile.Verified(
            plain.content(),
            10,
            "",
            Optional.of(
                new FastqCheck.Summary(true, 14, 700, 5, 7, false, List.of(), 33, 70, false)));
    Wanted wanted = direct(name, ENA);
    DownloadProgress narrow = progress(Resources.of(0, 0, 29 + DEMAND.margin()), reads(name, ENA));
    narrow.begin();
    Next more = narrow.delivered(wanted, Instant.EPOCH, Instant.EPOCH, both);
    assertThat(((Next.End) more).outcome())
        .isInstanceOfSatisfying(
            Outcome.Outgrown.class,
            outgrown -> assertThat(outgrown.disk()).isEqualTo(30 + DEMAND.margin()));

    DownloadProgress progress = progress(PLENTY, reads(name, ENA));
    progress.begin();
    Next split = progress.delivered(wanted, Instant.EPOCH, Instant.EPOCH, both);
    assertThat(((Next.Split) split).file().name()).isEqualTo(name);
    Next publish =
        progress.unpacked(
            new Unpacked(List.of(verified(FIRST), verified(SECOND)), Map.of(), List.of()));
    assertThat(stored(publish)).extracting(RawFile::role).containsExactly("reads_1", "reads_2");
  }

  @Test
  void matesThatDoNotBelongTogetherAreLostTogether() throws Exception {
    DownloadProgress progress = progress(PLENTY, reads(FIRST, ENA, DDBJ), reads(SECOND, ENA, DDBJ));
    progress.begin();
    deliver(progress, direct(FIRST, ENA));
    Next next =
        progress.delivered(direct(SECOND, ENA), Instant.EPOCH, Instant.EPOCH, verified(SECOND, 8));
    assertThat(((Next.Clear) next).fetched())
        .extracting(Ready::name)
        .containsExactly(FIRST, SECOND);
    assertThat(fetched(progress.cleared())).containsExactly(direct(FIRST, DDBJ));
  }

  @Test
  void whatTheNodeLacksNoOtherLocationHelps() {
    DownloadProgress progress = progress(PLENTY, reads(FIRST, ENA, DDBJ));
    progress.begin();
    Next next =
        progress.failed(
            new OutOfDiskTransfer("no space left", new IOException()), FIRST, List.of(ENA));
    assertThat(failure(next).failureClass()).isEqualTo(FailureClass.OUT_OF_DISK);
    assertThat(progress.isOpen()).isFalse();
  }

  @Test
  void withoutALocationThereIsNothingToFetch() {
    assertThat(failure(progress(PLENTY, reads(FIRST)).begin()).failureClass())
        .isEqualTo(FailureClass.ABSENT);
  }

  @Test
  void aStopEndsTransfersAtOnce() {
    DownloadProgress progress = progress(PLENTY, reads(FIRST, ENA));
    progress.begin();
    assertThat(progress.stop()).isEqualTo(new Next.End(STOPPED));
    assertThat(progress.isOpen()).isFalse();
    assertThat(progress.stop()).isEqualTo(new Next.Await());
  }

  @Test
  void aStopWaitsForTheStepThatRunsWhateverThatSays() {
    for (int answer = 0; answer < 3; answer++) {
      DownloadProgress progress = progress(PLENTY, reads(FIRST, NCBI));
      progress.begin();
      assertThat(progress.stop()).isEqualTo(new Next.Interrupt());
      assertThat(
              switch (answer) {
                case 0 -> progress.known(new Known(NCBI, Optional.empty()));
                case 1 -> progress.stepFailed(new BrokenTransfer("cut short", new Throwable()));
                default -> progress.published(List.of());
              })
          .isEqualTo(new Next.End(STOPPED));
    }
  }
}
