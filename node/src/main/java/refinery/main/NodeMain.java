package refinery.main;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import refinery.client.CommandFailure;
import refinery.configuration.ConfigurationException;
import refinery.database.DatabaseAddress;
import refinery.database.DatabaseException;
import refinery.demo.DemoNode;

/** {@code refinery node}: runs a node until it is told to stop. */
public final class NodeMain {
  private static final Logger LOG = LoggerFactory.getLogger(NodeMain.class);
  private static final int WRONG_CONFIGURATION = 2;

  private NodeMain() {}

  /**
   * Serves until SIGTERM, which hands running attempts back before it leaves.
   *
   * @return the exit code: 0; 2 after one line on stderr; 1 when the cluster gave this node up
   */
  public static int run(NodeOptions options) {
    return run(options, System.out, System.err);
  }

  static int run(NodeOptions options, PrintStream out, PrintStream err) {
    Instant begun = Instant.now();
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    if (options.db().filter(DatabaseAddress::showsPassword).isPresent()) {
      err.println(
          "refinery: warning: other users of this machine see the password of --db in the list of"
              + " processes; set REFINERY_DB_PASSWORD instead");
    }
    Node node;
    try {
      node = Node.start(options);
    } catch (ConfigurationException | DatabaseException | IllegalArgumentException e) {
      err.println("refinery: " + e.getMessage());
      return WRONG_CONFIGURATION;
    } catch (Exception e) {
      LOG.error("the node did not start", e);
      err.println("refinery: the node did not start: " + e.getMessage());
      return 1;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(node::close, "refinery-stop"));
    Duration took = Duration.between(begun, Instant.now());
    LOG.info(
        "ready in {} s", String.format(java.util.Locale.ROOT, "%.1f", took.toMillis() / 1000.0));
    out.println(
        "ready http="
            + node.http().map(HostPort::toString).orElse("none")
            + " management="
            + node.management());
    out.flush();
    try {
      node.terminated().get();
      if (node.wasGivenUp()) {
        err.println(
            "refinery: this node was given up, because the others could not reach it or because it"
                + " could not do its part (see the log); its jobs run elsewhere. Start it again and"
                + " it joins anew");
        return 1;
      }
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    } catch (ExecutionException e) {
      LOG.error("the node ended", e);
      return 1;
    }
  }

  /** See {@link DemoNode.Starter}: a whole node in this JVM, on loopback. */
  public static DemoNode startDemo(Path dir, int port, Map<String, String> settings) {
    NodeOptions shipped = NodeOptions.defaults();
    HostPort any = new HostPort("127.0.0.1", 0);
    NodeOptions options =
        new NodeOptions(
            dir,
            new HostPort("127.0.0.1", port),
            any,
            any,
            List.of(),
            Set.of(),
            shipped.cpus(),
            shipped.memory(),
            shipped.disk(),
            Optional.empty(),
            settings,
            Optional.empty());
    try {
      Node node = Node.start(options);
      Thread stop = new Thread(node::close, "refinery-stop");
      Runtime.getRuntime().addShutdownHook(stop);
      return new RunningDemo(node, stop);
    } catch (ConfigurationException | DatabaseException | IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    } catch (Exception e) {
      throw new IllegalStateException("the node did not start: " + e.getMessage(), e);
    }
  }

  private record RunningDemo(Node node, Thread stop) implements DemoNode {
    @Override
    public String url() {
      return "http://" + node.http().orElseThrow();
    }

    @Override
    public void close() {
      try {
        Runtime.getRuntime().removeShutdownHook(stop);
      } catch (IllegalStateException e) {
        LOG.debug("already on the way down");
      }
      node.close();
    }
  }
}
