package refinery.main;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.ServerBinding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.agent.NodeIdentity;
import refinery.database.Database;
import refinery.database.SharedSecret;
import refinery.dataset.StoredSlices;
import refinery.http.AkkaCluster;
import refinery.http.AuditTrail;
import refinery.http.Credentials;
import refinery.http.FrontendExtension;
import refinery.http.FrontendServices;
import refinery.http.HttpFrontend;
import refinery.http.LocalToken;
import refinery.http.ShardedEntities;
import refinery.http.access.AuthConfig;
import refinery.http.access.BearerToken;
import refinery.http.access.Issuer;
import refinery.http.access.Sessions;
import refinery.http.access.Tokens;
import refinery.http.management.ManagementEndpoint;
import refinery.metering.Metering;
import refinery.pipeline.PipelineCatalog;
import refinery.protocol.audit.AuditEntry;
import refinery.protocol.audit.AuditLog;
import refinery.protocol.dataset.DatasetAccess;
import refinery.protocol.session.EndedSessions;
import refinery.protocol.trace.Tracing;
import refinery.readiness.Condition;
import refinery.readiness.Readiness;
import refinery.readmodel.KeptPipelineFiles;
import refinery.readmodel.SqlReadModel;
import refinery.session.SqlEndedSessions;
import refinery.source.SourceRegistry;
import refinery.storage.Sha256;

/** Wires the parts of a node together on a running actor system. */
final class Services {
  private static final Logger LOG = LoggerFactory.getLogger(Services.class);
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration JOIN_LINES = Duration.ofSeconds(5);

  private final ActorSystem<Void> system;
  private final Settings settings;
  private final NodeOptions options;
  private final NodeDirectory directory;
  private final Database database;
  private final AuditLog audit;
  private final DatabaseAdmission admission;
  private final Joining joining;
  private final NodeReadiness readiness;
  private final Opened opened;
  private Optional<HostPort> http = Optional.empty();
  private HostPort management;

  Services(
      ActorSystem<Void> system,
      Settings settings,
      NodeOptions options,
      NodeDirectory directory,
      Database database,
      AuditLog audit,
      DatabaseAdmission admission,
      Opened opened) {
    this.system = system;
    this.settings = settings;
    this.options = options;
    this.directory = directory;
    this.database = database;
    this.audit = audit;
    this.admission = admission;
    this.opened = opened;
    readiness = new NodeReadiness(system, settings.readiness());
    joining =
        new Joining(
            system,
            admission,
            new Obstacles(system, settings.discovery(), options.management().port()),
            JOIN_LINES,
            LOG::warn);
  }

  ActorSystem<Void> system() {
    return system;
  }

  Optional<HostPort> http() {
    return http;
  }

  /** What stands before an address: empty for plain HTTP. */
  String scheme() {
    return settings.tls().isOn() ? "https://" : "";
  }

  HostPort management() {
    return management;
  }

  void start() throws Exception {
    Path dir = options.dir().toAbsolutePath().normalize();
    Metering.get(system).add(FrontendExtension.get(system).meters().registry());
    joining.begin();
    Condition reachable = readiness.requireDatabase(database.dataSource());
    opened.add(DatabaseWatch.start(system, reachable, settings.rejoin().databaseAway()));
    readiness.requireDisk(dir);
    Stores stores = Stores.open(dir, settings, database, opened);
    PipelineCatalog pipelines = new PipelineCatalog(settings.pipelines(), InstantSource.system());
    keepFiles(pipelines);
    ControlPlane.Singletons singletons =
        new ControlPlane(system, settings, stores, opened).start(pipelines);
    WorkPlane work = work(stores, dir, singletons);
    SourceRegistry sources = work.sources(pipelines);
    Workers workers = work.start(sources, options.effectiveRoles(), singletons.scheduler());
    readiness.requireAgent(workers, system);
    Credentials credentials = credentials();
    serve(
        new FrontendServices(
            new SqlReadModel(stores.sql(), stores.manifests()),
            stores.permanent()::open,
            catalog(sources, pipelines, stores),
            new DatasetAccess(
                stores.datasets(),
                opened.add(new StoredSlices(stores.permanent(), dir.resolve("slices")))),
            new ShardedEntities(system, settings.http().askTimeout()),
            singletons.scheduler(),
            singletons.foreman(),
            singletons.notifier(),
            workers,
            new AkkaCluster(system, settings.http().askTimeout()),
            credentials,
            settings.commands(),
            new AuditTrail(audit, ownAddress(), InstantSource.system()),
            Readiness.get(system)::obstacles,
            settings.prices(),
            Version.CURRENT));
  }

  private WorkPlane work(Stores stores, Path dir, ControlPlane.Singletons singletons)
      throws IOException {
    return new WorkPlane(
        system,
        settings,
        stores,
        opened,
        dir,
        singletons.scheduler(),
        tracing(dir),
        options.secrets(system.settings().config()));
  }

  /** Before any job runs, so that the file that ran is kept whatever ends this node. */
  private void keepFiles(PipelineCatalog pipelines) {
    Map<String, KeptPipelineFiles.KeptFile> files = new TreeMap<>();
    pipelines
        .files()
        .forEach(
            (name, text) -> files.put(Sha256.of(text), new KeptPipelineFiles.KeptFile(name, text)));
    KeptPipelineFiles.keep(database.dataSource(), files);
  }

  private NodeCatalog catalog(SourceRegistry sources, PipelineCatalog pipelines, Stores stores) {
    return new NodeCatalog(
        sources, pipelines, settings.harmonisation(), new KeptPipelineFiles(stores.sql())::find);
  }

  private Credentials credentials() throws IOException {
    String secret = SharedSecret.of(database.dataSource(), "sessions");
    AuthConfig auth = settings.http().auth();
    Tokens tokens = new Tokens(auth.tokens());
    opened.add(TokenWatch.start(options, auth, tokens, this::changed));
    return new Credentials(
        tokens,
        localToken(),
        new Sessions(secret, auth.session(), InstantSource.system(), endedSessions()),
        auth.oidc().map(Issuer::new).map(opened::add));
  }

  private EndedSessions endedSessions() throws IOException {
    try {
      return opened.add(SqlEndedSessions.open(database.dataSource(), InstantSource.system()));
    } catch (SQLException e) {
      throw new IOException("cannot read which sessions were ended: " + e.getMessage(), e);
    }
  }

  /** As the members of the cluster call this node. */
  private String ownAddress() {
    return Cluster.get(system).selfMember().address().hostPort();
  }

  /** Whose tokens are accepted is changed by whoever writes the files; the log says to what. */
  private void changed(List<BearerToken> before, List<BearerToken> now) {
    audit.store(
        AuditEntry.system(
            "change tokens",
            "",
            "from " + TokenWatch.named(before) + " to " + TokenWatch.named(now),
            ownAddress()));
  }

  private Tracing tracing(Path dir) throws IOException {
    Tracing tracing =
        settings.tracing().endpoint().isEmpty()
            ? Tracing.OFF
            : opened.add(
                new OpenTelemetryTracing(
                    settings.tracing(), NodeIdentity.idIn(dir).value(), Version.CURRENT));
    FrontendExtension.get(system).meters().traceBy(tracing);
    return tracing;
  }

  /** Written anew at each start: the file is a copy of what the database has. */
  private Optional<LocalToken> localToken() throws IOException {
    if (settings.http().auth().isClosed()) {
      return Optional.empty();
    }
    String value = SharedSecret.of(database.dataSource(), "local-token");
    return Optional.of(new LocalToken(value, directory.writePrivately("token", value)));
  }

  /** The management endpoint answers while the node still tries to join, the API only after. */
  private void serve(FrontendServices services) throws Exception {
    boolean frontend = options.effectiveRoles().contains("frontend");
    Optional<HttpsConnectionContext> tls = settings.tls().open(system, opened);
    if (frontend) {
      readiness.requireApi();
    }
    ServerBinding binding =
        bound(
            ManagementEndpoint.start(system, settings.http(), services.credentials(), tls),
            "akka.management.http.port");
    management =
        new HostPort(
            system.settings().config().getString("akka.management.http.hostname"),
            binding.localAddress().getPort());
    joining.await();
    admission.joined();
    if (frontend) {
      ServerBinding api =
          bound(HttpFrontend.start(system, services, settings.http(), tls), "refinery.http.port");
      InetSocketAddress address = api.localAddress();
      http = Optional.of(new HostPort(settings.http().host(), address.getPort()));
      readiness.apiListens();
    }
    readiness.complete();
  }

  private static <T> T bound(CompletionStage<T> stage, String key) throws Exception {
    try {
      return stage.toCompletableFuture().get(START.toSeconds(), TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      throw new PassingException("cannot listen at " + key + ": " + root.getMessage());
    }
  }
}
