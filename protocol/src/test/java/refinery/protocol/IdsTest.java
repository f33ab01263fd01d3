package refinery.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
  @ParameterizedTest
  @ValueSource(strings = {"batch-a", "batch-0", "batch-z9._-", "batch-a-"})
  void takesWhatIsAnId(String text) {
    assertThat(BatchId.of(text).value()).isEqualTo(text);
    String longest = "batch-" + "a".repeat(100);
    assertThat(BatchId.of(longest).value()).isEqualTo(longest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "batch",
        "batch-",
        "batch--a",
        "batch-.a",
        "batch-_",
        "batch-A",
        "batch-a b",
        "batch-a/",
        "batch-a\n",
        "batch-\u00e4",
        "batch-\u0661",
        "job-a",
        "batch-a`",
        "batch-a{",
        "batch-a:"
      })
  void refusesWhatIsNone(String text) {
    assertThatThrownBy(() -> BatchId.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a batch-id");
    assertThatThrownBy(() -> BatchId.of("batch-" + "a".repeat(101)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
