package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;

class DiskDemandTest {
  private static final long MARGIN = 64L << 20;
  private static final long UNKNOWN = 1L << 30;
  private static final DiskDemand DEMAND =
      DiskDemand.from(ConfigFactory.parseResources("transfer.conf").resolve());

  private static Location at(String archive, String format, OptionalLong size) {
    return new Location(archive, "https://x/" + archive, format, size, Optional.empty());
  }

  private static SourceFile run(Location... locations) {
    return new SourceFile("SRR990001_1.fastq.gz", "fastq.gz", List.of(locations));
  }

  private static SourceFile archiveAlone(OptionalLong size) {
    return new SourceFile("SRR990001.sra", "sra", List.of(at("ncbi", "sra", size)));
  }

  @Test
  void filesTakeWhatIsStated() {
    SourceFile stated = run(at("ena", "fastq.gz", OptionalLong.of(500)));
    assertThat(DEMAND.first(List.of(stated), Map.of())).isEqualTo(MARGIN + 500);
    SourceFile unknown = run(at("ena", "fastq.gz", OptionalLong.empty()));
    assertThat(DEMAND.first(List.of(unknown), Map.of())).isEqualTo(MARGIN + UNKNOWN);
  }

  @Test
  void anArchiveAloneTakesTenTimesItsSize() {
    assertThat(DEMAND.first(List.of(archiveAlone(OptionalLong.of(7))), Map.of()))
        .isEqualTo(MARGIN + 70);
    assertThat(
            DEMAND.first(
                List.of(archiveAlone(OptionalLong.empty())), Map.of("sra_bytes", "2000000000")))
        .isEqualTo(MARGIN + 20_000_000_000L);
    assertThat(
            DEMAND.first(List.of(archiveAlone(OptionalLong.empty())), Map.of("sra_bytes", "lots")))
        .isEqualTo(MARGIN + 10 * UNKNOWN);
  }

  @Test
  void theFallbackTakesTheArchiveInsteadOfTheFiles() {
    Location ncbi = at("ncbi", "sra", OptionalLong.empty());
    List<Plan.Group> groups =
        Plan.groups(List.of(run(at("ena", "fastq.gz", OptionalLong.of(500)), ncbi)));
    assertThat(DEMAND.with(groups, 0, at("ncbi", "sra", OptionalLong.of(900)), Map.of()))
        .isEqualTo(MARGIN + 9000);
  }

  /** What processing needs is reckoned by it. */
  @Test
  void whatIsLeftIsTheFilesOrThePackedReadsOfAnArchive() {
    SourceFile stated = run(at("ena", "fastq.gz", OptionalLong.of(500)));
    assertThat(DEMAND.left(List.of(stated), Map.of())).isEqualTo(500);
    assertThat(DEMAND.left(List.of(archiveAlone(OptionalLong.of(700))), Map.of())).isEqualTo(2100);
    assertThat(DEMAND.first(List.of(stated), Map.of(), 40)).isEqualTo(MARGIN + 540);
    assertThat(DEMAND.first(List.of(stated), Map.of(), Long.MAX_VALUE))
        .isEqualTo(Long.MAX_VALUE / 4);
  }

  @Test
  void noSizeThatAnArchiveStatesOverflows() {
    long most = 999_999_999_999_999_999L;
    SourceFile one = archiveAlone(OptionalLong.of(most));
    SourceFile other = new SourceFile("b.gz", "gz", List.of(at("x", "gz", OptionalLong.of(most))));
    assertThat(DEMAND.first(List.of(one, other, one), Map.of())).isEqualTo(Long.MAX_VALUE / 4);
  }
}
