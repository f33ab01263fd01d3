package refinery.http.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.Json;
import refinery.protocol.Resources;
import refinery.protocol.query.SurveyPlan;
import refinery.protocol.query.SurveyPlan.Batches;
import refinery.protocol.query.SurveyPlan.Earlier;
import refinery.protocol.query.SurveyPlan.Truth;

class ForecastTest {
  private static final long GB = 1_000_000_000;

  /** Each job: 1800 cpu seconds, 600 s of 2 cpus, 4 GB of memory, 10 GB of disk, 0.5 GB kept. */
  private static final Earlier EARLIER =
      new Earlier(
          20,
          1800,
          600,
          Resources.of(2000, 4 * GB, 10 * GB),
          0.5 * GB,
          OptionalDouble.of(0.1 * GB));

  private static final Resources LARGE = Resources.of(8000, 32 * GB, 100 * GB);
  private static final Resources SMALL = Resources.of(1000, 2 * GB, 100 * GB);
  private static final Batches HUNDRED = new Batches(100, 3, 200 * GB, 0);
  private static final Prices PRICES =
      new Prices("EUR", OptionalDouble.of(0.04), OptionalDouble.of(0.01), OptionalDouble.of(0.02));

  private static Forecast of(Batches batches, Earlier earlier, Resources... nodes) {
    return Forecast.of(
        batches, earlier, Optional.of(new Cluster(List.of(nodes))), Optional.of(PRICES));
  }

  /**
   * By hand, for 100 batches on one large node. cpu: 100 x 600 s x 2/8 = 15,000 s; memory: x 4/32 =
   * 7,500 s; disk: x 10/100 = 6,000 s; download: 200 GB / 0.1 GB/s = 2,000 s. cpu hours: 100 x
   * 1800/3600 = 50. Kept: 100 x 0.5 = 50 GB; total 250 GB. At once: min(8/2, 32/4, 100/10) = 4
   * jobs, 40 GB. Money: 50 x 0.04 = 2; 200 x 0.01 = 2; a month 50 x 0.02 = 1.
   */
  @Test
  void everyFigureIsWhatAPersonReckons() {
    Forecast forecast = of(HUNDRED, EARLIER, LARGE);
    assertThat(forecast.bytes()).isEqualTo(200 * GB);
    assertThat(forecast.cpuHours()).hasValue(50);
    assertThat(forecast.disk())
        .isEqualTo(
            new Forecast.Disk(
                OptionalLong.of(250 * GB), OptionalLong.of(50 * GB), OptionalLong.of(40 * GB)));
    assertThat(forecast.elapsed())
        .isEqualTo(
            new Elapsed(OptionalDouble.of(15_000), Optional.of("cpu"), "at least, on 1 node"));
    assertThat(forecast.money())
        .contains(
            new Money(
                "EUR",
                OptionalDouble.of(2),
                OptionalDouble.of(2),
                OptionalDouble.of(4),
                OptionalDouble.of(1)));
  }

  /** A small node holds no such job; two large ones halve what one takes: 7,500 s. */
  @Test
  void onlyNodesThatHoldAJobCount() {
    assertThat(of(HUNDRED, EARLIER, LARGE, SMALL, LARGE).elapsed().seconds()).hasValue(7_500);
    Forecast nowhere = of(HUNDRED, EARLIER, SMALL);
    assertThat(nowhere.elapsed().seconds()).isEmpty();
    assertThat(nowhere.elapsed().basis()).contains("large enough");
    assertThat(nowhere.disk().peak()).isEmpty();
  }

  /**
   * On 100 large nodes cpu takes 150 s. 60 TB at 0.1 GB/s take 600,000 s; of one batch, whose files
   * are 1 GB, the download takes 10 s and the job 600 s.
   */
  @Test
  void theLongestOfAllLimits() {
    Resources[] many = Collections.nCopies(100, LARGE).toArray(Resources[]::new);
    assertThat(of(new Batches(100, 0, 60_000 * GB, 0), EARLIER, many).elapsed())
        .extracting(Elapsed::seconds, Elapsed::limitedBy)
        .containsExactly(OptionalDouble.of(600_000), Optional.of("download"));
    assertThat(of(new Batches(1, 0, GB, 0), EARLIER, many).elapsed())
        .extracting(Elapsed::seconds, Elapsed::limitedBy)
        .containsExactly(OptionalDouble.of(600), Optional.of("one batch"));
    assertThat(of(new Batches(1, 0, GB, 0), EARLIER, many).disk().peak()).hasValue(10 * GB);
  }

  @Test
  void whatCannotBeToldIsSaidAndNotReckoned() {
    assertThat(of(HUNDRED, EARLIER).elapsed())
        .isEqualTo(
            new Elapsed(
                OptionalDouble.empty(),
                Optional.empty(),
                "no node of the cluster takes process jobs"));
    assertThat(Forecast.of(HUNDRED, EARLIER, Optional.empty(), Optional.empty()).elapsed().basis())
        .contains("scheduler");
    Forecast first = of(HUNDRED, Earlier.NONE, LARGE);
    assertThat(first.cpuHours()).isEmpty();
    assertThat(first.disk())
        .isEqualTo(
            new Forecast.Disk(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty()));
    assertThat(first.elapsed().seconds()).isEmpty();
    assertThat(first.money().orElseThrow())
        .isEqualTo(
            new Money(
                "EUR",
                OptionalDouble.empty(),
                OptionalDouble.of(2),
                OptionalDouble.empty(),
                OptionalDouble.empty()));
    Earlier noDownload = new Earlier(1, 1800, 600, EARLIER.reserved(), 0, OptionalDouble.empty());
    assertThat(of(HUNDRED, noDownload, LARGE).elapsed().basis()).contains("without downloads");
    assertThat(of(Batches.NONE, Earlier.NONE, LARGE).elapsed().seconds()).hasValue(0);
    assertThat(Forecast.of(HUNDRED, EARLIER, Optional.empty(), Optional.empty()).money()).isEmpty();
  }

  @Property(tries = 300)
  void moreNodesNeverTakeLongerAndTwiceTheWorkAtMostTwiceAsLong(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 64) Integer> nodes,
      @ForAll @IntRange(min = 1, max = 100_000) int batches,
      @ForAll @IntRange(max = 1_000) int gigabytes) {
    List<Resources> capacities = new ArrayList<>();
    capacities.add(LARGE);
    nodes.forEach(cpus -> capacities.add(Resources.of(cpus * 1000L, cpus * 4 * GB, 100 * GB)));
    Batches once = new Batches(batches, 0, gigabytes * GB, 0);
    Batches twice = new Batches(batches * 2L, 0, gigabytes * 2 * GB, 0);
    Resources[] all = capacities.toArray(Resources[]::new);
    Forecast few = of(once, EARLIER, LARGE);
    Forecast more = of(once, EARLIER, all);
    double seconds = more.elapsed().seconds().orElseThrow();
    assertThat(seconds).isLessThanOrEqualTo(few.elapsed().seconds().orElseThrow());
    assertThat(of(twice, EARLIER, all).elapsed().seconds().orElseThrow())
        .isBetween(seconds, seconds * 2 * (1 + 1e-9));
    assertThat(more.disk().peak().orElseThrow())
        .isLessThanOrEqualTo(capacities.stream().mapToLong(Resources::disk).sum());
    Money money = more.money().orElseThrow();
    assertThat(money.once().orElseThrow())
        .isCloseTo(money.cpu().orElseThrow() + money.download().orElseThrow(), within(1e-9));
  }

  /** Half of the forecast's 50 cpu hours: 90,000 s. A ratio is given when all have ended. */
  @Test
  void theForecastIsComparedWhenAllHaveEnded() {
    Forecast forecast = of(HUNDRED, EARLIER, LARGE);
    assertThat(compared(99, forecast).cpuHours())
        .isEqualTo(
            new Comparison(OptionalDouble.of(50), OptionalDouble.of(25), OptionalDouble.empty()));
    Comparison.All ended = compared(100, forecast);
    assertThat(ended.cpuHours().ratio()).hasValue(0.5);
    assertThat(ended.bytes().ratio()).hasValue(0.25);
    assertThat(ended.seconds().ratio()).hasValue(2);
    assertThat(ended.diskTotal().ratio()).hasValue(0.3);
    assertThat(ended.diskKept().ratio()).hasValue(0.5);
    assertThat(ended.diskPeak())
        .isEqualTo(
            new Comparison(
                OptionalDouble.of(40 * GB), OptionalDouble.empty(), OptionalDouble.empty()));
  }

  private static Comparison.All compared(long ended, Forecast forecast) {
    Truth truth =
        new Truth(
            ended,
            90_000,
            50 * GB,
            25 * GB,
            Optional.of(Duration.ofSeconds(30_000)),
            OptionalLong.empty());
    return Comparison.of(new SurveyPlan(HUNDRED, HUNDRED, EARLIER, truth), forecast);
  }

  @Test
  void onlyNodesThatAreUpAndProcessAreOfTheClustersSize() throws Exception {
    String node =
        """
        {"id": "node-%s", "address": "a", "roles": ["%s"], "state": "%s", "takes_no_work": "",
         "capacity": {"cpu": 1000, "memory": 2, "disk": 3, "tokens": {}}, "data_dir_free": 1}
        """;
    String nodes =
        String.join(
            ",",
            node.formatted("a", "processor", "up"),
            node.formatted("b", "processor", "draining"),
            node.formatted("c", "downloader", "up"),
            node.formatted("d", "processor", "unreachable"));
    assertThat(Cluster.of(Json.MAPPER.readTree("{\"nodes\": [" + nodes + "]}")).processors())
        .containsExactly(Resources.of(1000, 2, 3));
  }

  @Test
  void nothingIsPricedAsShipped() {
    assertThat(Prices.from(ConfigFactory.parseFile(new File("../conf/prices.conf")))).isEmpty();
    assertThat(Prices.from(ConfigFactory.empty())).isEmpty();
    assertThat(
            Prices.from(
                ConfigFactory.parseString(
                    "refinery.prices { currency = EUR, cpu-hour = 0.04, gb-downloaded = 0.01,"
                        + " gb-month = 0.02 }")))
        .contains(PRICES);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cpu-hour | currency = EUR, cpu-hour = -1",
        "gb-month | currency = EUR, gb-month = 10000000000",
        "gb-downloaded | currency = EUR, gb-downloaded = NaN",
        "cpu-hour | currency = EUR, cpu-hour = cheap",
        "currency | cpu-hour = 1",
        "currency | currency = euros, cpu-hour = 1",
      })
  void aWrongPriceNamesItsKey(String key, String wrong) {
    assertThatThrownBy(
            () -> Prices.from(ConfigFactory.parseString("refinery.prices { " + wrong + " }")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("refinery.prices." + key + " is ");
  }
}
