package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.Resources;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.Work;

/** What resource expressions know of a job's input. */
class InputSizesTest {
  private static final Map<String, String> STATED =
      Map.of("read_count", "3000", "base_count", "600000", "library_layout", "PAIRED");

  private static Resources demand(String memory, InputSizes sizes) {
    return PipelineFile.read(
            "p.conf",
            ConfigFactory.parseString(
                """
                name = p, version = "1", description = d
                resources { cpu = "1", memory = "%s", disk = "0" }
                steps = [{ name = s, command = [cat] }]
                """
                    .formatted(memory)))
        .demand()
        .resolve(sizes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "read_count | 3000",
        "base_count | 600000",
        "read_length | 100",
        "input + index | 5",
        "max(1KiB, 2 * base_count / read_length) | 12000"
      })
  void theArchivesNumbersAreTakenBeforeTheDownload(String expression, long bytes) {
    assertThat(demand(expression, InputSizes.of(5, List.of(), STATED)).memory()).isEqualTo(bytes);
  }

  /** fastp takes a gibibyte to count duplicates, whatever it reads. */
  @ParameterizedTest
  @CsvSource({
    "kallisto-quant, none, 512",
    "kallisto-quant, fastp, 1280",
    "salmon-quant, fastp, 1280"
  })
  void whoTrimsReservesWhatTheTrimmerTakes(String pipeline, String trim, long mebibytes) {
    Work.Process work =
        new Work.Process(pipeline, List.of(), List.of(), Map.of("trim", trim), Map.of(), List.of());
    assertThat(
            new PipelineCatalog(PipelineRegistry.load(Optional.empty()), InstantSource.system())
                .resources(work)
                .memory())
        .isEqualTo(mebibytes << 20);
  }

  /** Unknown is 0, and divided by 0 is 0: never a demand that no node has. */
  @ParameterizedTest
  @CsvSource({"'', ''", "0, 0", "-3, 1e9", "many, 7 GB", "99999999999999999999, ٣"})
  void whatIsNoPlainNumberIsUnknown(String reads, String bases) {
    InputSizes sizes =
        InputSizes.of(7, List.of(), Map.of("read_count", reads, "base_count", bases));
    assertThat(sizes).isEqualTo(new InputSizes(7, 0, 0, 0, 0, 0));
    assertThat(demand("max(1KiB, base_count / read_length)", sizes).memory()).isEqualTo(1024);
    assertThat(demand("1KiB + 2 * input / read_count", sizes).memory()).isEqualTo(1024);
  }

  @Test
  void whatWasCountedGoesBeforeWhatIsStated() {
    List<RawFile> pair = List.of(file("reads_1", 2000, 180_000), file("reads_2", 2000, 160_000));
    assertThat(InputSizes.of(7, pair, STATED))
        .isEqualTo(new InputSizes(7, 0, 2000, 340_000, 85, 0));
    List<RawFile> single = List.of(file("reads", 10, 500));
    assertThat(InputSizes.of(7, single, STATED)).isEqualTo(new InputSizes(7, 0, 10, 500, 50, 0));
  }

  @Test
  void theStatedLengthIsOfOneRead() {
    assertThat(InputSizes.of(7, List.of(), STATED).readLength()).isEqualTo(100);
    Map<String, String> single = Map.of("read_count", "10", "base_count", "500");
    assertThat(InputSizes.of(7, List.of(), single).readLength()).isEqualTo(50);
    Map<String, String> said = Map.of("average_read_length", "75.5", "read_count", "10");
    assertThat(InputSizes.of(7, List.of(), said).readLength()).isEqualTo(75.5);
  }

  private static RawFile file(String role, long reads, long bases) {
    return new RawFile(
        role + ".fastq.gz",
        role,
        "object",
        "0".repeat(64),
        7,
        "ena",
        "http://127.0.0.1/",
        OptionalLong.of(reads),
        OptionalLong.of(bases));
  }
}
