package refinery.http;

import java.nio.file.Path;

/**
 * What a request that makes the node run a command must carry when no tokens are configured.
 *
 * @param value the same on all nodes of a cluster
 * @param file where this node's owner, and nobody else, can read it
 */
public record LocalToken(String value, Path file) {
  @Override
  public String toString() {
    return "LocalToken[" + file + "]";
  }
}
