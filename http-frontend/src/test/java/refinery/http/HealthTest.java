package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import refinery.protocol.Json;

/** What is told to be in the way. */
class HealthTest {
  private static ObjectNode health(long unsearchable) {
    ObjectNode scheduler = Json.MAPPER.createObjectNode();
    scheduler.putArray("nodes");
    ObjectNode health = Health.of(List.of(), Optional.of(scheduler));
    return Health.withForeman(
        Health.withUnsearchable(health, unsearchable), Optional.of(Json.MAPPER.createObjectNode()));
  }

  @Test
  void batchesThatCannotBeSearchedAreAProblem() {
    assertThat(health(0).path("status").asText()).isEqualTo("ok");
    assertThat(health(0).path("problems")).isEmpty();
    assertThat(health(2).path("status").asText()).isEqualTo("degraded");
    assertThat(health(1).at("/problems/0").asText()).startsWith("1 batch is found by id only");
    assertThat(health(2).at("/problems/0").asText()).startsWith("2 batches are found by id only");
  }
}
