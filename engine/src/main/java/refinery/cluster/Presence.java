package refinery.cluster;

import java.util.Locale;

/**
 * A node as other nodes see it in the database.
 *
 * @param address of its Artery port, HOST:PORT
 * @param cluster {@code refinery.cluster.name}
 * @param version of Refinery, e.g. {@code 1.2.3}
 */
public record Presence(String address, String cluster, String version) {

  /**
   * True when major and minor version are equal. Between other versions the messages may differ.
   */
  boolean understands(Presence other) {
    return line(version).equals(line(other.version));
  }

  private static String line(String version) {
    String[] parts = version.toLowerCase(Locale.ROOT).split("[.-]");
    return parts.length < 2 ? version : parts[0] + "." + parts[1];
  }
}
