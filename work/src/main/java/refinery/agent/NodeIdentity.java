package refinery.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import refinery.protocol.Ids;
import refinery.protocol.NodeId;

/**
 * The identity of this node, kept in its data directory.
 *
 * @param incarnation grows with every start of the agent, even if the clock is set back
 */
public record NodeIdentity(NodeId id, long incarnation) {

  /** Reads {@code node.id}, or makes it. */
  public static NodeId idIn(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve("node.id");
    if (!Files.exists(file)) {
      replace(file, NodeId.PREFIX + Ids.random().substring(0, 12));
    }
    return NodeId.of(Files.readString(file).trim());
  }

  /** Reads {@code node.id}, or makes it, and raises the incarnation on disk. */
  public static NodeIdentity open(Path directory) throws IOException {
    NodeId id = idIn(directory);
    Path countFile = directory.resolve("node.incarnation");
    long last = Files.exists(countFile) ? number(Files.readString(countFile).trim()) : 0;
    long incarnation = Math.max(last + 1, System.currentTimeMillis());
    replace(countFile, Long.toString(incarnation));
    return new NodeIdentity(id, incarnation);
  }

  private static long number(String text) {
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
  }

  private static void replace(Path file, String text) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(next, text + "\n");
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
