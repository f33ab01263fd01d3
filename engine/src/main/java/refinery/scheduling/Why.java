package refinery.scheduling;

import java.util.List;

/**
 * Why a queued job waits.
 *
 * @param words the whole of it, for people
 * @param release what would let it start, each in words
 * @param queuedSeconds how long it has been queued
 * @param equalBefore jobs of its survey and shape that come before it
 * @param higherBefore queued jobs of higher priority
 * @param share the part of the cluster that its survey holds, 0 to 1
 * @param tokens those that it needs
 * @param nodes that could hold it, were they empty; the first few
 */
public record Why(
    String words,
    List<String> release,
    long queuedSeconds,
    int equalBefore,
    int higherBefore,
    double share,
    List<Token> tokens,
    List<Node> nodes) {
  public Why {
    release = List.copyOf(release);
    tokens = List.copyOf(tokens);
    nodes = List.copyOf(nodes);
  }

  /**
   * @param needs how many of it the job needs
   */
  public record Token(String name, int taken, int limit, int needs) {}

  /**
   * What a node has free of what: cpu in millicores, memory and disk in bytes.
   *
   * @param refuses why it takes no work; empty when it does
   */
  public record Node(
      String node,
      long cpuFree,
      long cpu,
      long memoryFree,
      long memory,
      long diskFree,
      long disk,
      String refuses) {}
}
