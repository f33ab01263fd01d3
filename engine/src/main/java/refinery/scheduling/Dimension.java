package refinery.scheduling;

import java.util.Locale;

/** What keeps the head of the queue off every node. */
enum Dimension {
  /** The tokens of a host or of another shared thing are taken. */
  TOKENS,
  /** No node with the role takes work. */
  NODES,
  CPU,
  MEMORY,
  DISK,
  /** No single thing: nodes lack different ones, or are held free for larger jobs. */
  MIXED;

  /** The most nodes that are looked at. */
  private static final int LOOKED_AT = 100;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What keeps a shape off every node: the first thing of which no node has enough. */
  static Dimension of(Shape shape, Nodes nodes) {
    if (!shape.tokensAvailable()) {
      return TOKENS;
    }
    boolean any = false;
    boolean cpu = true;
    boolean memory = true;
    boolean disk = true;
    int looked = 0;
    for (Bin bin : nodes.all()) {
      if (bin.takesWork() && shape.fitsCapacity(bin)) {
        any = true;
        cpu &= shape.cpu > bin.freeCpu;
        memory &= shape.memory > bin.freeMemory;
        disk &= shape.disk > bin.freeDisk;
        if (++looked == LOOKED_AT) {
          break;
        }
      }
    }
    if (!any) {
      return NODES;
    }
    return cpu ? CPU : memory ? MEMORY : disk ? DISK : MIXED;
  }
}
