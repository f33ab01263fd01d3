package refinery.main;

import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.remote.RemoteTransportException;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.audit.SqlAuditLog;
import refinery.cluster.Door;
import refinery.cluster.RejoinConfig;
import refinery.configuration.Configuration;
import refinery.configuration.ConfigurationException;
import refinery.database.Database;
import refinery.database.DatabaseAddress;
import refinery.database.EmbeddedPostgres;

/**
 * One running node: every part is started in order and stopped in reverse. Blocking to start and to
 * stop; not to be called from an actor.
 */
public final class Node implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final long STOP_SECONDS = 60;

  /** What must be closed, last opened first. */
  private final Opened opened = new Opened();

  private Services services;
  private RejoinConfig rejoinConfig;

  /**
   * Starts everything, and returns when it serves.
   *
   * @throws ConfigurationException when an option or a key is wrong
   * @throws refinery.database.DatabaseException when the database cannot be used
   */
  public static Node start(NodeOptions options) throws Exception {
    Node node = new Node();
    node.boot(options);
    return node;
  }

  /** As {@link #start}, of a node that may be closed meanwhile. */
  void boot(NodeOptions options) throws Exception {
    boot(options, opened.add(NodeDirectory.open(options.dir())));
  }

  /**
   * Starts everything, once, and returns when it serves.
   *
   * @param directory is the caller's
   */
  void boot(NodeOptions options, NodeDirectory directory) throws Exception {
    try {
      build(options, directory);
    } catch (ConfigException e) {
      close();
      throw new ConfigurationException(Configuration.oneLine(e));
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  private void build(NodeOptions options, NodeDirectory directory) throws Exception {
    Config own =
        Configuration.load(
            options.configFile(), options.sets(), System.getenv(), AkkaSettings.from(options));
    LogFormat.from(own).apply();
    Settings settings = Settings.from(own);
    rejoinConfig = settings.rejoin();
    requireOneWayToJoin(options, settings, own);
    Door door = Door.of(own, options.db().isEmpty());
    if (door == Door.UNPROTECTED) {
      LOG.warn(
          "refinery.cluster.unprotected: whoever reaches {} can run commands as this user",
          options.artery());
    }
    requireFreePorts(options, settings, own);
    Database database = database(options);
    SqlAuditLog audit = opened.add(SqlAuditLog.open(database.dataSource(), settings.audit()));
    Config config =
        door.akka()
            .withFallback(database.akkaConfig())
            .withFallback(settings.discovery().akka())
            .withFallback(own)
            .resolve();
    ActorSystem<Void> system = system(settings.presence().name(), config);
    DatabaseAdmission admission =
        new DatabaseAdmission(system, settings, options, database, InstantSource.system());
    // Others may take this node for gone only when it is.
    opened.add(admission);
    opened.add(() -> stop(system));
    services =
        new Services(system, settings, options, directory, database, audit, admission, opened);
    services.start();
  }

  private static ActorSystem<Void> system(String name, Config config) {
    try {
      return ActorSystem.create(Behaviors.empty(), name, config);
    } catch (RemoteTransportException e) {
      throw new PassingException("--artery: " + e.getMessage());
    }
  }

  private static void requireOneWayToJoin(NodeOptions options, Settings settings, Config config) {
    String method = "refinery.cluster.discovery.method";
    if (settings.discovery().isOn()) {
      String management = config.getString("akka.management.http.hostname");
      require(options.join().isEmpty(), "--join and " + method + " exclude each other");
      require(
          options.db().isPresent(),
          method + " needs --db: the nodes of a cluster share one PostgreSQL");
      require(
          !management.equals("0.0.0.0") && !management.equals("::"),
          "--management must be this node's own address, as discovery names it, not " + management);
    }
    require(
        config.getStringList("akka.cluster.seed-nodes").isEmpty(),
        "akka.cluster.seed-nodes is not used; give --join");
  }

  private static void requireFreePorts(NodeOptions options, Settings settings, Config own) {
    if (options.effectiveRoles().contains("frontend")) {
      FreePorts.require("--http", settings.http().host(), settings.http().port());
    }
    FreePorts.require(
        "--management",
        own.getString("akka.management.http.hostname"),
        own.getInt("akka.management.http.port"));
    boolean elsewhere =
        !own.getString("akka.remote.artery.bind.hostname").isEmpty()
            || !own.getString("akka.remote.artery.bind.port").isEmpty();
    if (!elsewhere) {
      FreePorts.require("--artery", options.artery().host(), options.artery().port());
    }
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new ConfigurationException(message);
    }
  }

  private Database database(NodeOptions options) throws Exception {
    DatabaseAddress address;
    if (options.db().isPresent()) {
      address = DatabaseAddress.parse(options.db().get(), System.getenv());
    } else {
      address = opened.open(() -> EmbeddedPostgres.start(options.dir())).address();
    }
    Database database = Database.open(address);
    opened.add(database);
    return database;
  }

  /** Empty without the role {@code frontend}. */
  public Optional<HostPort> http() {
    return services.http();
  }

  public HostPort management() {
    return services.management();
  }

  /** What stands before its addresses: empty for plain HTTP. */
  String scheme() {
    return services.scheme();
  }

  RejoinConfig rejoinConfig() {
    return rejoinConfig;
  }

  /** The options by which a next life of this node is found where this one is. */
  NodeOptions sameAddresses(NodeOptions options) {
    int artery =
        (Integer) Cluster.get(services.system()).selfMember().address().getPort().orElseThrow();
    return options.at(
        http().orElse(options.http()), management(), new HostPort(options.artery().host(), artery));
  }

  /** Completes when the actor system has ended, for whatever reason. */
  public CompletableFuture<Void> terminated() {
    return services
        .system()
        .getWhenTerminated()
        .thenApply(done -> (Void) null)
        .toCompletableFuture();
  }

  /** Whether it ended because the side of a cut that survives is another. */
  boolean wasGivenUp() {
    return CoordinatedShutdown.get(services.system())
        .getShutdownReason()
        .filter(CoordinatedShutdown.clusterDowningReason()::equals)
        .isPresent();
  }

  /** Hands running attempts back, leaves the cluster, stops everything. Idempotent. */
  @Override
  public void close() {
    opened.close();
  }

  private static void stop(ActorSystem<?> system)
      throws InterruptedException, ExecutionException, TimeoutException {
    CoordinatedShutdown.get(system)
        .runAll(CoordinatedShutdown.jvmExitReason())
        .toCompletableFuture()
        .get(STOP_SECONDS, TimeUnit.SECONDS);
    system.getWhenTerminated().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
  }
}
