package refinery.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import refinery.cluster.Witnesses.Word;

/** Nodes are letters; {@code "a>b"} says that a cannot reach b. */
class WitnessesTest {
  private static Set<Word<String>> words(String... texts) {
    return Arrays.stream(texts)
        .map(text -> new Word<>(text.substring(0, 1), text.substring(2)))
        .collect(Collectors.toSet());
  }

  private static Set<Word<String>> credible(String self, String members, String... texts) {
    return Witnesses.credible(self, Set.of(members.split("")), words(texts));
  }

  @Test
  void aNodeThatNobodyReachesSaysNothingMore() {
    assertThat(credible("c", "abc", "a>b", "c>a", "b>a")).isEqualTo(words("c>a", "b>a"));
  }

  @Test
  void theLastOfThreeDoesNotBelieveTheDeadThatItIsDead() {
    assertThat(credible("c", "abc", "a>c", "b>c", "b>a", "c>a", "c>b"))
        .isEqualTo(words("c>a", "c>b"));
  }

  @Test
  void aCutWireBetweenTwoIsSeenByTheThird() {
    Set<Word<String>> both = words("a>b", "b>a");
    assertThat(credible("c", "abc", "a>b", "b>a")).isEqualTo(both);
    assertThat(credible("a", "abc", "a>b", "b>a")).isEqualTo(both);
    assertThat(credible("b", "abc", "a>b", "b>a")).isEqualTo(both);
  }

  @Test
  void aWitnessOfWhichNobodyKnowsThatItDiedIsBelieved() {
    assertThat(credible("c", "abc", "a>b")).isEqualTo(words("a>b"));
  }

  @Test
  void eachSideOfACutHearsItsOwn() {
    assertThat(credible("a", "abcd", "a>c", "a>d", "b>c", "b>d", "c>a", "d>b"))
        .isEqualTo(words("a>c", "a>d", "b>c", "b>d"));
  }
}
