package refinery.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import refinery.entity.History;
import refinery.entity.Moment;
import refinery.entity.Transitions;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobState;

/** A job that is given one command after another; what it promises is checked after each. */
final class JobHistory {
  private final JobLogic logic =
      new JobLogic(new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofMinutes(5)));
  private final History<JobCommand, JobEvent, Optional<Job>, JobEffect> history;
  private final Set<Integer> succeeded = new HashSet<>();
  private int started;

  JobHistory(Transitions<JobCommand, JobEvent, Optional<Job>> transitions) {
    history = new History<>(logic, JobEvent.class, "job-x", transitions);
  }

  Optional<Job> job() {
    return history.state();
  }

  void give(JobCommand command, Moment moment) {
    Optional<Job> before = job();
    history.give(command, moment).events().forEach(this::check);
    Optional<Job> state = job();
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

  void checkReplayed() {
    history.checkReplayed();
  }
}
