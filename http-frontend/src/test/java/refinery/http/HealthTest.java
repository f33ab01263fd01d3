package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import refinery.protocol.Json;

/** What is told to be in the way, and what is not. */
class HealthTest {
  private static ObjectNode health(long unsearchable) {
    ObjectNode scheduler = Json.MAPPER.createObjectNode();
    scheduler.putArray("nodes");
    ObjectNode health = Health.of(List.of(), Optional.of(scheduler));
    return Health.withForeman(
        Health.withUnsearchable(health, unsearchable), Optional.of(Json.MAPPER.createObjectNode()));
  }

  @Test
  void batchesThatCannotBeSearchedAreToldButNoProblem() {
    assertThat(health(2).path("status").asText()).isEqualTo("ok");
    assertThat(health(2).path("problems")).isEmpty();
    assertThat(health(2).path("unsearchable_batches").asLong()).isEqualTo(2);
  }
}
