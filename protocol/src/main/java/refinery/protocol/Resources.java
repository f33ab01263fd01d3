package refinery.protocol;

import java.util.Map;
import java.util.TreeMap;

/**
 * A resource vector: cpu in millicores, memory and scratch disk in bytes, and named countable
 * tokens ({@code net:ena=1}). Never negative. Tokens are cluster-wide, the rest is per node.
 */
public record Resources(long cpu, long memory, long disk, Map<String, Integer> tokens) {
  public static final Resources NONE = new Resources(0, 0, 0, Map.of());

  public Resources {
    if (cpu < 0 || memory < 0 || disk < 0) {
      throw new IllegalArgumentException(
          "negative resources: cpu=" + cpu + " memory=" + memory + " disk=" + disk);
    }
    tokens = tokens == null ? Map.of() : Map.copyOf(tokens);
  }

  public static Resources of(long cpu, long memory, long disk) {
    return new Resources(cpu, memory, disk, Map.of());
  }

  public Resources withMemory(long bytes) {
    return new Resources(cpu, bytes, disk, tokens);
  }

  public Resources withDisk(long bytes) {
    return new Resources(cpu, memory, bytes, tokens);
  }

  public Resources withTokens(Map<String, Integer> named) {
    return new Resources(cpu, memory, disk, named);
  }

  /**
   * True when cpu, memory and disk fit into {@code free}. Tokens are not compared: they belong to
   * the cluster, not to a node.
   */
  public boolean fits(Resources free) {
    return cpu <= free.cpu && memory <= free.memory && disk <= free.disk;
  }

  public Resources plus(Resources other) {
    Map<String, Integer> sum = new TreeMap<>(tokens);
    other.tokens.forEach((name, count) -> sum.merge(name, count, Integer::sum));
    return new Resources(cpu + other.cpu, memory + other.memory, disk + other.disk, sum);
  }
}
