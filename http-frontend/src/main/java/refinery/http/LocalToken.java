package refinery.http;

import java.nio.file.Path;

/**
 * The token that requests to run a command must carry when no tokens are configured.
 *
 * @param value the same on all nodes of a cluster
 * @param file where only this node's owner can read it
 */
public record LocalToken(String value, Path file) {
  @Override
  public String toString() {
    return "LocalToken[" + file + "]";
  }
}
