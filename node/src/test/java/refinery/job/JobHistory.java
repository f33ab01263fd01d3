package refinery.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import refinery.entity.Decision;
import refinery.entity.Moment;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobState;
import refinery.testing.StoredEvents;

/** A job that is given one command after another; what it promises is checked after each. */
final class JobHistory {
  private final JobLogic logic =
      new JobLogic(new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofMinutes(5)));
  private final JobTransitions transitions;
  private final List<String> journal = new ArrayList<>();
  private final Set<Integer> succeeded = new HashSet<>();
  private Optional<Job> state = Optional.empty();
  private int started;

  JobHistory(JobTransitions transitions) {
    this.transitions = transitions;
  }

  Optional<Job> job() {
    return state;
  }

  void give(JobCommand command, Moment moment) {
    Optional<Job> before = state;
    Decision<JobEvent, JobEffect> decision = logic.decide(before, command, moment);
    for (JobEvent event : decision.events()) {
      state = logic.evolve(state, event);
      journal.add(StoredEvents.write(event));
      check(event);
    }
    transitions.see(before, command, decision.events(), state);
    boolean terminal = before.filter(job -> job.state().isTerminal()).isPresent();
    if (terminal && !(command instanceof JobCommand.Retry)) {
      assertThat(state.orElseThrow().state()).isEqualTo(before.get().state());
    }
    assertThat(logic.row(state).isPresent()).isEqualTo(state.isPresent());
    if (state.filter(job -> job.state() == JobState.QUEUED).isPresent()) {
      assertThat(logic.outstanding(state))
          .as("a queued job is always announced by somebody")
          .anyMatch(effect -> effect instanceof JobEffect.Announce);
    }
  }

  private void check(JobEvent event) {
    if (event instanceof JobEvent.Started start) {
      assertThat(start.attempt()).as("attempt numbers only grow").isEqualTo(++started);
    }
    if (event instanceof JobEvent.AttemptSucceeded success) {
      assertThat(succeeded.add(success.attempt())).as("an attempt succeeds once").isTrue();
      assertThat(success.attempt()).as("only the current attempt counts").isEqualTo(started);
    }
  }

  /** Whoever reads the journal again sees the same. */
  void checkReplayed() {
    Optional<Job> read = Optional.empty();
    for (String stored : journal) {
      read = logic.evolve(read, StoredEvents.read(stored, JobEvent.class));
    }
    assertThat(read).as("what is read again from the journal").isEqualTo(state);
  }
}
