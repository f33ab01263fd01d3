package refinery.cluster;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whose word on others counts. A node that died while another was paused leaves behind that it
 * could not reach that one, and nobody takes it back. Believed, it ends a living node: seen and
 * unseen at once, the two look as if a wire between them were cut.
 */
final class Witnesses {
  private Witnesses() {}

  /** {@code observer} says that it cannot reach {@code subject}. */
  record Word<N>(N observer, N subject) {}

  /**
   * The words that count for {@code self}: all but those of the nodes that neither it nor anybody
   * it reaches can reach.
   */
  static <N> Set<Word<N>> credible(N self, Set<N> members, Set<Word<N>> words) {
    Map<N, Set<N>> unreached = new HashMap<>();
    for (Word<N> word : words) {
      unreached.computeIfAbsent(word.observer(), node -> new HashSet<>()).add(word.subject());
    }
    Set<N> fromHere = unreached.getOrDefault(self, Set.of());
    List<N> asked =
        members.stream().filter(node -> node.equals(self) || !fromHere.contains(node)).toList();
    Set<N> gone =
        fromHere.stream()
            .filter(
                node ->
                    !node.equals(self)
                        && asked.stream()
                            .allMatch(
                                witness ->
                                    unreached.getOrDefault(witness, Set.of()).contains(node)))
            .collect(Collectors.toSet());
    return words.stream()
        .filter(word -> !gone.contains(word.observer()))
        .collect(Collectors.toUnmodifiableSet());
  }
}
