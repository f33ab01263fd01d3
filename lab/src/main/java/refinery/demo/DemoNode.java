package refinery.demo;

import java.nio.file.Path;
import java.util.Map;

/** A node for the demonstration; closing it stops the node. */
public interface DemoNode extends AutoCloseable {

  /** The node's address, such as {@code http://127.0.0.1:8080}. */
  String url();

  @Override
  void close();

  /** Starts a node with an embedded database below {@code dir}; returns when it serves. */
  @FunctionalInterface
  interface Starter {
    /**
     * @param port of HTTP on loopback; 0: a free one
     * @param settings configuration keys and values
     */
    DemoNode start(Path dir, int port, Map<String, String> settings);
  }
}
