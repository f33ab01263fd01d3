package refinery.main;

import java.nio.file.Path;
import java.util.Map;
import refinery.client.CommandFailure;
import refinery.demo.DemoNode;

/** Starts a node from the command line, or inside the demonstration. */
public final class NodeMain {
  private NodeMain() {}

  /** Runs a node until it is told to stop; the exit code. */
  public static int run(NodeOptions options) {
    throw CommandFailure.usage("this build cannot start a node in " + options.dir());
  }

  /** See {@link DemoNode.Starter}. */
  public static DemoNode startDemo(Path dir, int port, Map<String, String> settings) {
    throw CommandFailure.usage("this build cannot start a node in " + dir);
  }
}
