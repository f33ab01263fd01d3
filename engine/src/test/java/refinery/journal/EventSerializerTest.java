package refinery.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobState;
import refinery.protocol.schedule.ScheduleEvent;
import refinery.protocol.survey.SurveyEvent;
import refinery.protocol.survey.SurveyState;

class EventSerializerTest {
  private final EventSerializer serializer = new EventSerializer();

  @Test
  void roundTripsUnderItsManifestWithoutTheRow() throws Exception {
    Object[][] cases = {
      {"job", Examples.submitted("a", 3)},
      {"job", Examples.started(4)},
      {"batch", new BatchEvent.DownloadAccepted(new JobId("job-a"), 7, 2, Examples.at(1))},
      {"survey", new SurveyEvent.Finished(SurveyState.DONE, "", Examples.at(1))},
      {"schedule", new ScheduleEvent.CameDue(Examples.at(1), Examples.at(2))},
    };
    for (Object[] one : cases) {
      Recorded<Object> recorded =
          new Recorded<>(one[1], Optional.of(Examples.job("a", JobState.QUEUED, 0)));
      assertThat(serializer.manifest(recorded)).isEqualTo(one[0]);
      byte[] bytes = serializer.toBinary(recorded);
      assertThat(new String(bytes, StandardCharsets.UTF_8)).contains("\"type\":");
      assertThat(serializer.fromBinary(bytes, (String) one[0]))
          .isEqualTo(Recorded.replayed(one[1]));
    }
  }

  @Test
  void readsAnOldEventWithFieldsThatCameAndWent() throws Exception {
    String stored =
        """
        {"type":"started","attempt":2,"node":"node-a","epoch":7,"assignment":9,
         "gone_since":"then","at":"2026-01-01T00:00:00Z"}
        """;
    assertThat(serializer.fromBinary(stored.getBytes(StandardCharsets.UTF_8), "job"))
        .isEqualTo(
            Recorded.replayed(
                new JobEvent.Started(
                    2, new NodeId("node-a"), 7, 9, Instant.parse("2026-01-01T00:00:00Z"))));
  }

  @Test
  void saysWhatItCannotRead() {
    assertThatThrownBy(() -> serializer.fromBinary(new byte[0], "job"))
        .isInstanceOf(NotSerializableException.class);
    assertThatThrownBy(() -> serializer.fromBinary(new byte[0], "node"))
        .isInstanceOf(NotSerializableException.class)
        .hasMessageContaining("node");
    assertThatThrownBy(() -> serializer.manifest("text"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
