package refinery.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.Resources;
import refinery.protocol.job.WorkSize;

class LearnedDemandTest {
  private static final WorkSize SIZE = new WorkSize(30, 20);
  private static final long MIB = 1L << 20;
  private static final Resources DECLARED =
      new Resources(2000, 4096 * MIB, 8192 * MIB, Map.of("net:ena", 1));
  private static final Resources LEAST = Resources.of(1000, 512 * MIB, 512 * MIB);

  private static LearningConfig config(String... settings) {
    Config config =
        ConfigFactory.parseString(String.join("\n", settings))
            .withFallback(ConfigFactory.parseResources("learning.conf"))
            .resolve();
    return LearningConfig.from(config.getConfig("refinery"));
  }

  private static LearnedDemand after(LearningConfig config, Experience... seen) {
    LearnedDemand demand = new LearnedDemand(config);
    demand.refresh(() -> CompletableFuture.completedFuture(List.of(seen)));
    return demand;
  }

  private static Experience used(int runs, long memory, long scratch, long held) {
    return new Experience(
        "p", SIZE, runs, memory * MIB, scratch * MIB, 60, Resources.of(2000, held * MIB, 0));
  }

  private static Optional<Resources> learned(LearnedDemand demand) {
    return demand.of("p", SIZE, DECLARED, LEAST);
  }

  @ParameterizedTest
  @CsvSource({
    // used memory and scratch, largest reservation that was held -> reserved memory and disk
    "1000, 1000, 4096, 1280, 1280",
    "1000, 0, 4096, 1280, 8192",
    "100, 100, 4096, 512, 512",
    "4000, 9000, 4096, 4096, 8192",
    "4000, 9000, 8192, 5120, 8192",
    "9000, 9000, 8192, 8192, 8192"
  })
  void memoryIsWhatMostNeededWithAMarginWithinBounds(
      long memory, long scratch, long held, long expectedMemory, long expectedDisk) {
    Resources now = learned(after(config(), used(20, memory, scratch, held))).orElse(DECLARED);
    assertThat(now.memory()).isEqualTo(expectedMemory * MIB);
    assertThat(now.disk()).isEqualTo(expectedDisk * MIB);
    assertThat(now.cpu()).isEqualTo(DECLARED.cpu());
    assertThat(now.tokens()).isEqualTo(DECLARED.tokens());
  }

  @Test
  void fewRunsOtherSizesAndAnythingWhileItIsOffTeachNothing() {
    assertThat(learned(after(config(), used(19, 1000, 1000, 4096)))).isEmpty();
    assertThat(learned(after(config(), used(20, 1000, 1000, 4096)))).isPresent();
    assertThat(
            learned(after(config("refinery.learning.enabled = false"), used(20, 1000, 1000, 4096))))
        .isEmpty();
    LearnedDemand demand = after(config(), used(20, 1000, 1000, 4096));
    assertThat(demand.of("q", SIZE, DECLARED, LEAST)).isEmpty();
    assertThat(demand.of("p", new WorkSize(31, 20), DECLARED, LEAST)).isEmpty();
    assertThat(demand.of("p", new WorkSize(30, 21), DECLARED, LEAST)).isEmpty();
  }

  @Test
  void aFailedLookKeepsWhatIsKnownAndTwoLooksNeverOverlap() {
    LearnedDemand demand = after(config(), used(20, 1000, 1000, 4096));
    demand.refresh(() -> CompletableFuture.failedFuture(new IllegalStateException("away")));
    assertThat(learned(demand)).isPresent();
    CompletableFuture<List<Experience>> slow = new CompletableFuture<>();
    demand.refresh(() -> slow);
    demand.refresh(
        () -> {
          throw new AssertionError("asked although the last question is open");
        });
    slow.complete(List.of());
    assertThat(learned(demand)).isEmpty();
  }

  @Test
  void differentUsesComeOutAsFewReservations() {
    Set<Long> seen = new HashSet<>();
    for (long mib = 512; mib < 4096; mib++) {
      long rounded = LearnedDemand.rounded(mib * 1.2 * MIB);
      assertThat(rounded).isBetween((long) (mib * 1.2 * MIB), (long) (mib * 1.2 * 1.25 * MIB) + 1);
      seen.add(rounded);
    }
    assertThat(seen).hasSizeLessThanOrEqualTo(14);
    assertThat(LearnedDemand.rounded(1)).isEqualTo(1);
    assertThat(LearnedDemand.rounded(1 << 30)).isEqualTo(1 << 30);
  }

  @Test
  void aWrongSettingIsNamed() {
    assertThat(config())
        .isEqualTo(new LearningConfig(true, 20, 200, 0.95, 0.2, Duration.ofSeconds(30)));
    for (String wrong :
        List.of("least-runs = 0", "window = 5", "quantile = 1.5", "margin = -1", "refresh = 0s")) {
      assertThatThrownBy(() -> config("refinery.learning." + wrong))
          .hasMessageContaining("refinery.learning." + wrong.split(" ")[0]);
    }
  }
}
