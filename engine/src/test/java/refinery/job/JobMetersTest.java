package refinery.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import refinery.entity.EntityMeters;
import refinery.entity.Onlooker;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;

/** What the meters make of a job's events. */
class JobMetersTest {
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
  private static final Resources RESOURCES = Resources.of(1000, 1 << 20, 1 << 20);

  private final JobLogic logic =
      new JobLogic(new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofMinutes(5)));
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Onlooker<JobEvent, Optional<Job>> meters =
      new EntityMeters<JobEvent, Optional<Job>>(
              registry, "job", state -> state.map(job -> job.state().word()))
          .and(new JobMeters(registry));

  private void persisted(JobEvent... events) {
    List<Onlooker.Change<JobEvent, Optional<Job>>> changes = new ArrayList<>();
    Optional<Job> state = Optional.empty();
    for (JobEvent event : events) {
      Optional<Job> next = logic.evolve(state, event);
      changes.add(new Onlooker.Change<>(state, event, next));
      state = next;
    }
    meters.persisted(changes);
  }

  private double retries(String cause) {
    return registry.get("refinery.retries").tag("cause", cause).counter().count();
  }

  private double transitions(String from, String to) {
    return registry.get("refinery.transitions").tags("from", from, "to", to).counter().count();
  }

  private static JobEvent submitted() {
    return new JobEvent.Submitted(
        new JobSpec(
            new JobId("job-x"),
            JobKind.PROCESS,
            Optional.empty(),
            List.of(),
            "p",
            0,
            0,
            RESOURCES,
            new Work.Process("p", List.of(), List.of(), Map.of(), Map.of(), List.of()),
            AT),
        0,
        Optional.empty(),
        AT);
  }

  private static JobEvent started(int attempt) {
    return new JobEvent.Started(attempt, new NodeId("node-a"), 1, attempt, AT);
  }

  private static JobEvent failed(int attempt, FailureClass why) {
    return new JobEvent.AttemptFailed(
        attempt, Failure.of(why, "x"), Usage.NONE, List.of(), true, AT);
  }

  private static JobEvent requeued() {
    return new JobEvent.Requeued("again", Optional.empty(), AT);
  }

  @Test
  void aRetryCountsOnceByTheFailureBeforeIt() {
    persisted(
        submitted(),
        started(1),
        failed(1, FailureClass.TRANSIENT),
        new JobEvent.RetryScheduled(AT, RESOURCES, AT),
        requeued(),
        started(2),
        failed(2, FailureClass.NODE_LOST),
        requeued());
    assertThat(retries("transient")).isEqualTo(1);
    assertThat(retries("node_lost")).isEqualTo(1);
    assertThat(retries("by_hand")).isZero();
    assertThat(transitions("none", "queued")).isEqualTo(1);
    assertThat(transitions("queued", "running")).isEqualTo(2);
    assertThat(transitions("running", "waiting")).isEqualTo(1);
    assertThat(transitions("running", "queued")).isEqualTo(1);
  }

  @Test
  void whatIsTakenUpByHandSaysSo() {
    persisted(
        submitted(),
        started(1),
        failed(1, FailureClass.PERMANENT),
        new JobEvent.GivenUp(Failure.of(FailureClass.PERMANENT, "x"), AT),
        new JobEvent.RetriedByHand(Optional.empty(), Optional.empty(), AT));
    assertThat(retries("by_hand")).isEqualTo(1);
    assertThat(retries("permanent")).isZero();
    assertThat(transitions("running", "failed")).isEqualTo(1);
    assertThat(transitions("failed", "queued")).isEqualTo(1);
  }

  @Test
  void entitiesInMemoryAndReplaysAreCounted() {
    meters.started();
    meters.started();
    meters.stopped();
    meters.recovered(Duration.ofMillis(20).toNanos());
    assertThat(registry.get("refinery.shard.entities").gauge().value()).isEqualTo(1);
    assertThat(registry.get("refinery.recovery").timer().count()).isEqualTo(1);
  }
}
