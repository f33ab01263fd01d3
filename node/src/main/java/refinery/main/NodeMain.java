package refinery.main;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
   * @param rejoin whether the node starts over when the cluster gave it up
   * @return the exit code: 0; 2 after one line on stderr; 1 when the node was given up and does not
   *     start over
   */
  public static int run(NodeOptions options, boolean rejoin) {
    return run(options, rejoin, System.out, System.err);
  }

  static int run(NodeOptions options, boolean rejoin, PrintStream out, PrintStream err) {
    Instant begun = Instant.now();
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    if (options.db().filter(DatabaseAddress::showsPassword).isPresent()) {
      err.println(
          "refinery: warning: other users of this machine see the password of --db in the list of"
              + " processes; set REFINERY_DB_PASSWORD instead");
    }
    NodeDirectory directory;
    try {
      directory = NodeDirectory.open(options.dir());
    } catch (ConfigurationException e) {
      err.println("refinery: " + e.getMessage());
      return WRONG_CONFIGURATION;
    }
    try (directory;
        NodeLives lives = new NodeLives(options, directory, err)) {
      Thread hook = new Thread(() -> stop(lives), "refinery-stop");
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        return run(lives, rejoin, begun, out, err);
      } finally {
        forget(hook);
      }
    } catch (IOException e) {
      LOG.warn("the lock of {} was not released: {}", options.dir(), e.toString());
      return 1;
    }
  }

  /** SIGTERM is an orderly end in whatever state the node is. */
  private static void stop(NodeLives lives) {
    lives.close();
    if (LoggerFactory.getILoggerFactory() instanceof ch.qos.logback.classic.LoggerContext logs) {
      logs.stop();
    }
    Runtime.getRuntime().halt(0);
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.debug("already on the way down");
    }
  }

  private static int run(
      NodeLives lives, boolean rejoin, Instant begun, PrintStream out, PrintStream err) {
    Node node;
    try {
      node = lives.begin();
    } catch (Exception e) {
      return lives.isStopped() ? 0 : notStarted(e, err);
    }
    Duration took = Duration.between(begun, Instant.now());
    LOG.info(
        "ready in {} s", String.format(java.util.Locale.ROOT, "%.1f", took.toMillis() / 1000.0));
    out.println(
        "ready http="
            + node.http().map(address -> node.scheme() + address).orElse("none")
            + " management="
            + node.scheme()
            + node.management());
    out.flush();
    try {
      return lives.live(rejoin);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static int notStarted(Exception failure, PrintStream err) {
    if (failure instanceof ConfigurationException
        || failure instanceof DatabaseException
        || failure instanceof IllegalArgumentException) {
      err.println("refinery: " + failure.getMessage());
      return WRONG_CONFIGURATION;
    }
    LOG.error("the node did not start", failure);
    err.println("refinery: the node did not start: " + failure.getMessage());
    return 1;
  }

  /** See {@link DemoNode.Starter}: a whole node in this JVM, on loopback. */
  public static DemoNode startDemo(Path dir, int port, Map<String, String> settings) {
    NodeOptions shipped = NodeOptions.defaults();
    HostPort any = new HostPort("127.0.0.1", 0);
    Map<String, String> all = new HashMap<>(Map.of("refinery.commands.enabled", "true"));
    List.of("certificate", "key", "authority")
        .forEach(name -> all.put("refinery.http.tls." + name, ""));
    all.putAll(settings);
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
            all,
            Optional.empty());
    Node node = new Node();
    Thread stop = new Thread(node::close, "refinery-stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      node.boot(options);
      return new RunningDemo(node, stop);
    } catch (ConfigurationException | DatabaseException | IllegalArgumentException e) {
      forget(stop);
      throw CommandFailure.usage(e.getMessage());
    } catch (Exception e) {
      forget(stop);
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
      forget(stop);
      node.close();
    }
  }
}
