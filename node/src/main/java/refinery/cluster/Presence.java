package refinery.cluster;

import java.util.Locale;

/**
 * A node as the others find it in the database.
 *
 * @param address of Artery, HOST:PORT
 * @param cluster {@code refinery.cluster.name}
 * @param version of Refinery, {@code 1.2.3}
 */
public record Presence(String address, String cluster, String version) {

  /** Nodes of one cluster share major and minor version: what travels between them may differ. */
  boolean understands(Presence other) {
    return line(version).equals(line(other.version));
  }

  private static String line(String version) {
    String[] parts = version.toLowerCase(Locale.ROOT).split("[.-]");
    return parts.length < 2 ? version : parts[0] + "." + parts[1];
  }
}
