package refinery.foreman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.protocol.EntityKind;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.readmodel.NodeQueries.Unsettled;

class RulesTest {
  private static final Config SHIPPED =
      ConfigFactory.parseResources("foreman.conf").resolve().getConfig("refinery");
  private static final ForemanConfig CONFIG = ForemanConfig.from(SHIPPED);
  private static final JobId JOB = new JobId("job-1");
  private static final NodeId NODE = new NodeId("node-1");
  private static final Optional<Set<JobId>> KNOWN = Optional.of(Set.of(JOB));
  private static final Optional<Set<JobId>> UNKNOWN = Optional.of(Set.of());

  private static Unsettled job(String state, boolean open, long age, Optional<Duration> overdue) {
    Optional<NodeId> node = state.equals("running") ? Optional.of(NODE) : Optional.empty();
    return new Unsettled(
        EntityKind.JOB, "job-1", 7, state, open, 3, node, Duration.ofSeconds(age), overdue);
  }

  @Test
  void theShippedDefaultsAreWhatTheyAre() {
    assertThat(CONFIG)
        .isEqualTo(
            new ForemanConfig(
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(20),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(90),
                Duration.ofSeconds(5),
                500,
                1000,
                Duration.ofDays(7),
                new ForemanConfig.Needs(
                    Duration.ofMillis(250), 2000, Duration.ofDays(1), Duration.ofMinutes(1))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"interval = 0s", "grace.chain = -1s", "page-size = 1001", "max-nudges = 0"})
  void aWrongValueNamesItsKey(String wrong) {
    Config config = ConfigFactory.parseString("foreman." + wrong).withFallback(SHIPPED);
    assertThatThrownBy(() -> ForemanConfig.from(config))
        .isInstanceOf(ConfigException.BadValue.class)
        .hasMessageContaining("refinery.foreman." + wrong.substring(0, wrong.indexOf(' ')));
  }

  @ParameterizedTest
  @CsvSource({
    "queued, 31, QUEUED_UNKNOWN",
    "unplaceable, 31, QUEUED_UNKNOWN",
    "running, 31, RUNS_NOWHERE",
    "queued, 29,",
    "running, 29,",
    "succeeded, 9999,",
  })
  void aJobThatTheSchedulerDoesNotKnow(String state, long age, Plight plight) {
    Unsettled row = job(state, false, age, Optional.empty());
    assertThat(Rules.plight(row, UNKNOWN, CONFIG)).isEqualTo(Optional.ofNullable(plight));
    assertThat(Rules.plight(row, KNOWN, CONFIG)).isEmpty();
    assertThat(Rules.plight(row, Optional.empty(), CONFIG)).as("no answer, no verdict").isEmpty();
  }

  @Test
  void aWaitingJobIsLeftAloneUntilItsTimeAndGraceArePast() {
    assertThat(Rules.plight(job("waiting", true, 9999, Optional.empty()), UNKNOWN, CONFIG))
        .isEmpty();
    assertThat(
            Rules.plight(
                job("waiting", true, 9999, Optional.of(Duration.ofSeconds(29))), UNKNOWN, CONFIG))
        .isEmpty();
    assertThat(
            Rules.plight(
                job("waiting", true, 1, Optional.of(Duration.ofSeconds(30))), KNOWN, CONFIG))
        .contains(Plight.OVERDUE);
  }

  /** Nobody answers its question before its survey ends, so only a time that is past counts. */
  @Test
  void aScheduleIsStuckOnlyWhenItsTimeAndGraceArePast() {
    assertThat(Rules.plight(schedule(Optional.empty()), UNKNOWN, CONFIG)).isEmpty();
    assertThat(Rules.plight(schedule(Optional.of(Duration.ofSeconds(29))), UNKNOWN, CONFIG))
        .isEmpty();
    Unsettled late = schedule(Optional.of(Duration.ofSeconds(30)));
    assertThat(Rules.plight(late, UNKNOWN, CONFIG)).contains(Plight.OVERDUE);
    assertThat(Rules.nudge(late, Plight.OVERDUE))
        .isEqualTo(new Nudge.Wake(EntityKind.SCHEDULE, "schedule-a"));
  }

  private static Unsettled schedule(Optional<Duration> overdue) {
    return new Unsettled(
        EntityKind.SCHEDULE,
        "schedule-a",
        1,
        "active",
        true,
        0,
        Optional.empty(),
        Duration.ofDays(9),
        overdue);
  }

  @ParameterizedTest
  @EnumSource(names = {"BATCH", "SURVEY"})
  void aStepThatWasNeverAcknowledged(EntityKind kind) {
    Unsettled young =
        new Unsettled(
            kind,
            "x-1",
            1,
            "queued",
            true,
            0,
            Optional.empty(),
            Duration.ofSeconds(89),
            Optional.empty());
    Unsettled old =
        new Unsettled(
            kind,
            "x-1",
            1,
            "queued",
            true,
            0,
            Optional.empty(),
            Duration.ofSeconds(90),
            Optional.empty());
    assertThat(Rules.plight(young, UNKNOWN, CONFIG)).isEmpty();
    assertThat(Rules.plight(old, UNKNOWN, CONFIG)).contains(Plight.UNACKNOWLEDGED);
    assertThat(Rules.nudge(old, Plight.UNACKNOWLEDGED)).isEqualTo(new Nudge.Wake(kind, "x-1"));
  }

  @Test
  void nudgesAreCommandsThatTheEntityMayRefuse() {
    Unsettled row = job("running", false, 99, Optional.empty());
    assertThat(Rules.nudge(row, Plight.RUNS_NOWHERE)).isEqualTo(new Nudge.Lose(JOB, 3, NODE));
    assertThat(Rules.nudge(row, Plight.QUEUED_UNKNOWN)).isEqualTo(new Nudge.Reannounce(JOB));
    assertThat(Rules.nudge(row, Plight.OVERDUE)).isEqualTo(new Nudge.Wake(EntityKind.JOB, "job-1"));
  }

  @Property
  void whatIsInHandAndHasNothingOpenIsNeverTouched(
      @ForAll @IntRange(max = 3) int state, @ForAll @IntRange(max = 100_000) int age) {
    String word = new String[] {"queued", "running", "unplaceable", "waiting"}[state];
    assertThat(Rules.plight(job(word, false, age, Optional.empty()), KNOWN, CONFIG)).isEmpty();
  }

  @Property
  void onlyTheSameVersionAtTwoLooksFarEnoughApartIsBelieved(
      @ForAll @IntRange(max = 60) int apart, @ForAll boolean moved) {
    Suspects suspects = new Suspects(10, Duration.ofSeconds(20));
    Instant start = Instant.EPOCH;
    Unsettled row = job("queued", false, 60, Optional.empty());
    Unsettled later =
        new Unsettled(
            row.kind(),
            row.id(),
            moved ? 8 : 7,
            row.state(),
            false,
            3,
            row.node(),
            row.age(),
            row.overdue());
    assertThat(suspects.confirms(row, Plight.QUEUED_UNKNOWN, start, 1)).isFalse();
    suspects.endLook(1);
    assertThat(suspects.confirms(later, Plight.QUEUED_UNKNOWN, start.plusSeconds(apart), 2))
        .isEqualTo(!moved && apart >= 20);
    suspects.endLook(3);
    assertThat(suspects.size()).isZero();
  }
}
