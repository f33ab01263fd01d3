package refinery.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/** What the checker takes from a job of two batches, and what it does not. */
class JobHistoryTest {
  private static final String STARTED = "{'type':'started','attempt':%d,'node':'node-1'}";
  private static final String RELEASED = "{'type':'raw_data_released','batch':'%s'}";

  private final JobHistory job = new JobHistory("job-1");
  private long number;

  private void happens(String event) {
    try {
      job.add(++number, new ObjectMapper().readTree(event.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private void submitted() {
    happens("{'type':'submitted','spec':{'kind':'download','batch_ids':['b-1','b-2']}}");
  }

  @Test
  void itMayBeCancelledRetriedAndLetGo() {
    submitted();
    happens(STARTED.formatted(1));
    happens(RELEASED.formatted("b-1"));
    happens("{'type':'cancelled','reason':'a person'}");
    happens("{'type':'retried_by_hand'}");
    happens(STARTED.formatted(2));
    happens("{'type':'attempt_succeeded','attempt':2,'result':{'type':'downloaded'}}");
    happens("{'type':'owners_joined','batch_ids':['b-3']}");
    happens(RELEASED.formatted("b-2"));
    happens(RELEASED.formatted("b-3"));
    happens("{'type':'raw_data_discarded'}");
    assertThat(job.broken()).isEmpty();
    assertThat(job.state()).isEqualTo("succeeded");
    assertThat(job.attempts())
        .extracting(RecordedAttempt::outcome)
        .containsExactly("cancelled", "succeeded");
  }

  @Test
  void whatEveryBatchHasLetGoMustNotStart() {
    submitted();
    happens(RELEASED.formatted("b-1"));
    happens(RELEASED.formatted("b-2"));
    happens(STARTED.formatted(1));
    assertThat(job.broken()).singleElement().asString().contains("every batch had let the job go");
  }

  @Test
  void nobodyJoinsWhatWasDiscarded() {
    submitted();
    happens("{'type':'raw_data_discarded'}");
    happens("{'type':'owners_joined','batch_ids':['b-3']}");
    assertThat(job.broken()).singleElement().asString().contains("b-3 joined it after");
  }

  @Test
  void whatWasCancelledIsGivenAPriorityForItsRetry() {
    submitted();
    happens("{'type':'cancelled','reason':'a person'}");
    happens("{'type':'priority_changed','priority':7}");
    happens("{'type':'priority_wanted','owner':'b-1','priority':8,'number':2}");
    happens("{'type':'retried_by_hand'}");
    assertThat(job.broken()).isEmpty();
  }

  @Test
  void whatHasSucceededIsGivenNoPriority() {
    submitted();
    happens(STARTED.formatted(1));
    happens("{'type':'attempt_succeeded','attempt':1,'result':{'type':'downloaded'}}");
    happens("{'type':'priority_changed','priority':7}");
    assertThat(job.broken()).singleElement().asString().contains("after it had succeeded");
  }

  @Test
  void whatHasSucceededIsNotRetried() {
    submitted();
    happens(STARTED.formatted(1));
    happens("{'type':'attempt_succeeded','attempt':1,'result':{'type':'downloaded'}}");
    happens("{'type':'retried_by_hand'}");
    assertThat(job.broken()).singleElement().asString().contains("after it had succeeded");
  }
}
