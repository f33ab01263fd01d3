package refinery.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.trace.TraceContext;

class TraceContextTest {
  private static final String TEXT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @Test
  void hasTheIdsOfW3cTraceContext() {
    TraceContext context = TraceContext.parse(TEXT).orElseThrow();
    assertThat(context.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    assertThat(context.spanId()).isEqualTo("00f067aa0ba902b7");
    assertThat(context.isSampled()).isTrue();
    assertThat(TraceContext.parse(TEXT.replaceFirst("01$", "00")).orElseThrow().isSampled())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\nx",
      })
  void whatIsMalformedIsIgnoredFromClientsAndRefusedElsewhere(String text) {
    assertThat(TraceContext.parse(text)).isEmpty();
    assertThatThrownBy(() -> new TraceContext(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anEventCarriesItAndWithoutItTakesNoRoom() throws Exception {
    String bare = Json.MAPPER.writeValueAsString(registered(Optional.empty()));
    assertThat(bare).doesNotContain("trace");
    String traced = Json.MAPPER.writeValueAsString(registered(TraceContext.parse(TEXT)));
    assertThat(traced).contains("\"trace\":\"" + TEXT + "\"");
    assertThat(Json.MAPPER.readValue(traced, BatchEvent.class))
        .isEqualTo(registered(TraceContext.parse(TEXT)));
  }

  private static BatchEvent registered(Optional<TraceContext> trace) throws Exception {
    BatchEvent.Registered stored = null;
    try (InputStream in =
        TraceContextTest.class.getResourceAsStream("/events/BatchEvent.v1.json")) {
      for (JsonNode example : Json.MAPPER.readTree(in)) {
        if (Json.MAPPER.treeToValue(example, BatchEvent.class)
            instanceof BatchEvent.Registered found) {
          stored = found;
        }
      }
    }
    return new BatchEvent.Registered(stored.spec(), stored.foundAt(), Instant.EPOCH, trace);
  }
}
