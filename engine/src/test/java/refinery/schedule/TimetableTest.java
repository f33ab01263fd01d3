package refinery.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.catalog.Catalog.Validated;

/** When schedules come due, above all on the days on which clocks change. */
class TimetableTest {
  private static Timetable timetable(String cron, String timezone) {
    return ((Validated.Valid<Timetable>) Timetable.of(cron, timezone)).value();
  }

  private static List<Problem> problems(String cron, String timezone) {
    return Timetable.of(cron, timezone) instanceof Validated.Invalid<Timetable> invalid
        ? invalid.problems()
        : List.of();
  }

  /** All times in that hour-by-hour window, as UTC. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // every night, and the days around
        "30 2 * * *      | UTC              | 2026-03-28T00:00:00Z | 2026-03-30T03:00:00Z |"
            + " 2026-03-28T02:30:00Z 2026-03-29T02:30:00Z 2026-03-30T02:30:00Z",
        // 02:00 becomes 03:00 on 8 March in New York: 02:30 does not come, so at the jump
        "30 2 * * *      | America/New_York | 2026-03-07T00:00:00Z | 2026-03-09T12:00:00Z |"
            + " 2026-03-07T07:30:00Z 2026-03-08T07:00:00Z 2026-03-09T06:30:00Z",
        "*/15 2 * * *    | America/New_York | 2026-03-08T06:00:00Z | 2026-03-08T12:00:00Z |"
            + " 2026-03-08T07:00:00Z",
        "30 2,3 * * *    | America/New_York | 2026-03-08T06:00:00Z | 2026-03-08T12:00:00Z |"
            + " 2026-03-08T07:00:00Z 2026-03-08T07:30:00Z",
        // 02:00 becomes 01:00 on 1 November: 01:30 comes twice, the first counts
        "30 1 * * *      | America/New_York | 2026-10-31T12:00:00Z | 2026-11-02T12:00:00Z |"
            + " 2026-11-01T05:30:00Z 2026-11-02T06:30:00Z",
        "*/30 1 * * *    | America/New_York | 2026-11-01T00:00:00Z | 2026-11-01T12:00:00Z |"
            + " 2026-11-01T05:00:00Z 2026-11-01T05:30:00Z",
        // London: 01:00 becomes 02:00 on 29 March, 02:00 becomes 01:00 on 25 October
        "30 1 * * *      | Europe/London    | 2026-03-28T12:00:00Z | 2026-03-30T12:00:00Z |"
            + " 2026-03-29T01:00:00Z 2026-03-30T00:30:00Z",
        "30 1 * * SUN    | Europe/London    | 2026-10-24T12:00:00Z | 2026-10-26T12:00:00Z |"
            + " 2026-10-25T00:30:00Z",
        // every hour goes by the hours that pass: neither left out nor doubled
        "30 * * * *      | Europe/London    | 2026-03-29T00:00:00Z | 2026-03-29T03:00:00Z |"
            + " 2026-03-29T00:30:00Z 2026-03-29T01:30:00Z 2026-03-29T02:30:00Z",
        "0 * * * *       | Europe/London    | 2026-10-24T23:30:00Z | 2026-10-25T03:30:00Z |"
            + " 2026-10-25T00:00:00Z 2026-10-25T01:00:00Z 2026-10-25T02:00:00Z"
            + " 2026-10-25T03:00:00Z",
        "0 */2 * * *     | America/New_York | 2026-11-01T03:30:00Z | 2026-11-01T09:30:00Z |"
            + " 2026-11-01T04:00:00Z 2026-11-01T07:00:00Z 2026-11-01T09:00:00Z",
        // half an hour only, on Lord Howe Island: 02:00 becomes 02:30 on 4 October
        "15 2 * * *      | Australia/Lord_Howe | 2026-10-03T00:00:00Z | 2026-10-04T12:00:00Z |"
            + " 2026-10-03T15:30:00Z",
        // a day that Samoa never had
        "0 9 * * *       | Pacific/Apia     | 2011-12-29T12:00:00Z | 2011-12-31T00:00:00Z |"
            + " 2011-12-29T19:00:00Z 2011-12-30T10:00:00Z 2011-12-30T19:00:00Z",
        // the thirteenth or a Friday, as cron has it
        "0 0 13 * 5      | UTC              | 2026-03-05T12:00:00Z | 2026-03-14T00:00:00Z |"
            + " 2026-03-06T00:00:00Z 2026-03-13T00:00:00Z",
        "0 0 29 2 *      | UTC              | 2026-01-01T00:00:00Z | 2033-01-01T00:00:00Z |"
            + " 2028-02-29T00:00:00Z 2032-02-29T00:00:00Z",
        "0 0 * * 7       | UTC              | 2026-03-01T00:00:00Z | 2026-03-09T00:00:00Z |"
            + " 2026-03-08T00:00:00Z",
      })
  void theTimesOfAWhile(
      String cron, String timezone, Instant from, Instant until, String expected) {
    List<String> times = new ArrayList<>();
    Timetable timetable = timetable(cron, timezone);
    for (Instant at = timetable.after(from).orElseThrow();
        at.isBefore(until);
        at = timetable.after(at).orElseThrow()) {
      times.add(at.toString());
    }
    assertThat(String.join(" ", times)).isEqualTo(expected);
  }

  /** Whatever the second from which it is asked, and however close to a change. */
  @Property(tries = 400)
  void theNextTimeIsLaterAndTheSameFromEverywhereBefore(
      @ForAll @IntRange(min = 0, max = 5) int which,
      @ForAll @LongRange(min = 1_770_000_000L, max = 1_800_000_000L) long second,
      @ForAll @IntRange(min = 0, max = 999_999_999) int nanosecond) {
    List<String> crons =
        List.of(
            "30 2 * * *",
            "*/7 * * * *",
            "0 1-3 * * *",
            "15 */5 1,15 * *",
            "59 23 * * 1-5",
            "0 0 1 1 *");
    Timetable timetable = timetable(crons.get(which), "America/New_York");
    Instant from = Instant.ofEpochSecond(second, nanosecond);
    Instant next = timetable.after(from).orElseThrow();
    assertThat(next).isAfter(from);
    Instant between = from.plus(Duration.between(from, next).dividedBy(2));
    assertThat(timetable.after(between)).contains(next);
    assertThat(timetable.after(next.minusNanos(1))).contains(next);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "61 2 * * *       | minute '61': value 61 not in range [0, 59]",
        "0 24 * * *       | hour '24': value 24 not in range [0, 23]",
        "0 0 32 * *       | day of month '32'",
        "0 0 * 13 *       | month '13'",
        "0 0 * * 8        | day of week '8'",
        "0 0 * * MO       | day of week 'MO'",
        "*/0 * * * *      | minute '*/0'",
        "61 25 * * *      | hour '25'",
        "0 0 L * *        | day of month 'L'",
        "0 2 * *          | must have five fields (minute, hour, day of month, month, day of week)",
        "0 0 2 * * *      | must have five fields",
        "@daily           | must have five fields",
        "''               | must have five fields",
        "0 0 30 2 *       | names a day that no month has",
      })
  void whatIsWrongWithAnExpressionIsNamed(String cron, String message) {
    assertThat(problems(cron, "UTC"))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.pointer()).isEqualTo("/cron");
              assertThat(problem.message()).contains(message);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Europe/Londn", "+02:00", "europe/london", "Europe/../London"})
  void aZoneThatIsNoneIsNamed(String timezone) {
    assertThat(problems("0 2 * * *", timezone))
        .extracting(Problem::pointer)
        .containsExactly("/timezone");
  }

  @Test
  void allThatIsWrongIsSaidAtOnce() {
    assertThat(problems("1,".repeat(200) + "1 * * * *", "Mars/Base"))
        .extracting(Problem::pointer)
        .containsExactly("/cron", "/timezone");
  }
}
