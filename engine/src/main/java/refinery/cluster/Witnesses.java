package refinery.cluster;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides whose observations count. A node that dies while another one is paused leaves behind the
 * observation that it could not reach that one, and nobody withdraws it. If it counted, the paused
 * node would look reachable to some and unreachable to others, as if a connection were cut, and
 * would be downed although it lives.
 */
final class Witnesses {
  private Witnesses() {}

  /** The observation that {@code observer} cannot reach {@code subject}. */
  record Word<N>(N observer, N subject) {}

  /**
   * The observations that count for {@code self}: all except those of nodes that neither {@code
   * self} nor any member that it reaches can reach.
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
