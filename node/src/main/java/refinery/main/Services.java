package refinery.main;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent.MemberEvent;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.SingletonActor;
import akka.cluster.typed.Subscribe;
import akka.http.javadsl.ServerBinding;
import com.typesafe.config.Config;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.archive.AnswerCache;
import refinery.archive.ArchiveHttp;
import refinery.archive.ena.EnaSource;
import refinery.archive.ensembl.EnsemblSource;
import refinery.cluster.LostRegions;
import refinery.cluster.SingletonGuard;
import refinery.database.Database;
import refinery.database.SharedSecret;
import refinery.foreman.Foreman;
import refinery.http.FrontendServices;
import refinery.http.HttpFrontend;
import refinery.http.LocalToken;
import refinery.http.ShardedEntities;
import refinery.http.management.ManagementEndpoint;
import refinery.job.JobLogic;
import refinery.notifications.Channels;
import refinery.notifications.Notifier;
import refinery.pipeline.PipelineCatalog;
import refinery.pipeline.ProcessRunner;
import refinery.pipeline.ReferenceCache;
import refinery.protocol.Entities;
import refinery.protocol.foreman.ForemanCommand;
import refinery.protocol.job.JobKind;
import refinery.protocol.notifications.NotifierCommand;
import refinery.protocol.query.ArtifactBytes;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.readiness.Condition;
import refinery.readiness.Readiness;
import refinery.readmodel.SqlExecutor;
import refinery.readmodel.SqlNodeQueries;
import refinery.readmodel.SqlNotificationQueries;
import refinery.readmodel.SqlReadModel;
import refinery.scheduling.Membership;
import refinery.scheduling.Scheduler;
import refinery.storage.ObjectStore;
import refinery.storage.Storage;
import refinery.storage.Sweeper;
import refinery.survey.EntityRecorder;
import refinery.survey.SourceRegistry;
import refinery.survey.SurveyRunner;
import refinery.transfer.DownloadRunner;

/** Wires the parts of a node together on a running actor system. */
final class Services {
  private static final Logger LOG = LoggerFactory.getLogger(Services.class);
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration JOIN_LINES = Duration.ofSeconds(5);
  private static final Duration ASK = Duration.ofSeconds(5);
  private static final String CONTROL = "control";
  private static final String SCHEDULER = "scheduler";
  private static final String FOREMAN = "foreman";
  private static final String NOTIFIER = "notifier";

  private final ActorSystem<Void> system;
  private final Settings settings;
  private final NodeOptions options;
  private final NodeDirectory directory;
  private final Database database;
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
      DatabaseAdmission admission,
      Opened opened) {
    this.system = system;
    this.settings = settings;
    this.options = options;
    this.directory = directory;
    this.database = database;
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

  HostPort management() {
    return management;
  }

  void start() throws Exception {
    Path dir = options.dir().toAbsolutePath().normalize();
    Cluster cluster = Cluster.get(system);
    joining.begin();
    Condition reachable = readiness.requireDatabase(database.dataSource());
    opened(DatabaseWatch.start(system, reachable, settings.rejoin().databaseAway()));
    readiness.requireDisk(dir);
    SqlExecutor sql = opened(new SqlExecutor(database.dataSource(), Database.CONNECTIONS));
    SqlNodeQueries queries = new SqlNodeQueries(sql);
    Storage storage = opened(settings.storage().open(dir));
    ObjectStore temporary = storage.temporary();
    ObjectStore permanent = storage.permanent();
    opened(
        new Sweeper(temporary, permanent, queries, settings.storage().sweep(), Clock.systemUTC())
            .start());
    SourceRegistry sources = sources(dir);
    PipelineCatalog pipelines = new PipelineCatalog(settings.pipelines(), InstantSource.system());

    ClusterSharding sharding = ClusterSharding.get(system);
    ActorRef<SchedulerCommand> scheduler =
        singleton(
            SCHEDULER,
            SchedulerCommand.class,
            Scheduler.create(
                settings.scheduling(),
                queries,
                (job, command) -> sharding.entityRefFor(Entities.JOB, job.value()).tell(command),
                Membership.of(system),
                Clock.systemUTC()));
    EntityRegions regions = new EntityRegions(sharding, queries, system.ignoreRef());
    regions.start(settings.retry(), new Planner(pipelines, settings.demand()), scheduler);
    ActorRef<ForemanCommand> foreman =
        singleton(
            FOREMAN,
            ForemanCommand.class,
            Foreman.create(
                settings.foreman(),
                new Foreman.Surroundings(
                    queries,
                    scheduler,
                    regions::nudge,
                    to -> cluster.subscriptions().tell(Subscribe.create(to, MemberEvent.class)),
                    Clock.systemUTC())));
    ActorRef<NotifierCommand> notifier =
        singleton(
            NOTIFIER,
            NotifierCommand.class,
            Notifier.create(
                settings.notifications(),
                opened(Channels.open(settings.notifications(), Version.CURRENT)),
                new SqlNotificationQueries(
                    sql, new LogicProjector<>(new JobLogic(settings.retry()))),
                Clock.systemUTC()));

    system.systemActorOf(
        SingletonGuard.create(
            system.settings().config().getConfig("refinery.cluster.singleton-guard"),
            CONTROL,
            List.of(
                SingletonGuard.singleton(SCHEDULER),
                SingletonGuard.singleton(FOREMAN),
                SingletonGuard.singleton(NOTIFIER),
                SingletonGuard.coordinator(Entities.SURVEY.name()),
                SingletonGuard.coordinator(Entities.BATCH.name()),
                SingletonGuard.coordinator(Entities.JOB.name()))),
        "singleton-guard",
        Props.empty());
    Config lost = system.settings().config().getConfig("refinery.cluster.lost-regions");
    system.systemActorOf(
        LostRegions.create(
            new LostRegions.Settings(
                CONTROL, lost.getDuration("interval"), lost.getDuration("answer")),
            List.of(Entities.SURVEY.name(), Entities.BATCH.name(), Entities.JOB.name())),
        "lost-regions",
        Props.empty());

    Workers workers = new Workers(system, settings.agent(), sharding);
    workers.start(
        dir,
        cluster.selfMember().address().hostPort(),
        List.copyOf(options.effectiveRoles()),
        Map.of(
            JobKind.SURVEY,
            new SurveyRunner(sources, new EntityRecorder(sharding, ASK)),
            JobKind.DOWNLOAD,
            opened(
                new DownloadRunner(
                    system,
                    settings.transfer(),
                    settings.archives(),
                    settings.demand(),
                    temporary)),
            JobKind.PROCESS,
            new ProcessRunner(
                settings.pipelines(),
                temporary,
                permanent,
                ReferenceCache.open(dir.resolve("references"), settings.references()),
                queries)),
        scheduler);
    readiness.requireAgent(workers, system);

    serve(
        new FrontendServices(
            new SqlReadModel(sql),
            artifactBytes(permanent),
            new NodeCatalog(sources, pipelines),
            new ShardedEntities(system, settings.http().askTimeout()),
            scheduler,
            foreman,
            notifier,
            workers,
            localToken(),
            Readiness.get(system)::obstacles,
            Version.CURRENT));
  }

  /** Written anew at each start: the file is a copy of what the database has. */
  private Optional<LocalToken> localToken() throws IOException {
    if (!settings.http().tokens().isEmpty()) {
      return Optional.empty();
    }
    String value = SharedSecret.of(database.dataSource(), "local-token");
    return Optional.of(new LocalToken(value, directory.writePrivately("token", value)));
  }

  private <T extends AutoCloseable> T opened(T part) {
    return opened.add(part);
  }

  private static ArtifactBytes artifactBytes(ObjectStore permanent) {
    return permanent::open;
  }

  private SourceRegistry sources(Path dir) throws IOException {
    ArchiveHttp archive = opened(new ArchiveHttp(settings.archives(), Version.CURRENT));
    AnswerCache cache =
        new AnswerCache(
            dir.resolve("cache").resolve("archives"),
            settings.archives().cache(),
            Clock.systemUTC());
    return new SourceRegistry(
        List.of(
            new EnaSource(settings.archives(), archive, cache),
            new EnsemblSource(settings.archives(), archive)));
  }

  /** One in the cluster, on a node with role control, started again when it fails. */
  private <C> ActorRef<C> singleton(String name, Class<C> commands, Behavior<C> behavior) {
    Behavior<C> supervised =
        Behaviors.supervise(behavior)
            .onFailure(
                SupervisorStrategy.restartWithBackoff(
                    Duration.ofMillis(500), Duration.ofSeconds(30), 0.2));
    return ClusterSingleton.get(system)
        .init(
            SingletonActor.of(supervised, name)
                .withSettings(ClusterSingletonSettings.create(system).withRole(CONTROL)));
  }

  /** The management endpoint answers while the node still tries to join, the API only after. */
  private void serve(FrontendServices services) throws Exception {
    boolean frontend = options.effectiveRoles().contains("frontend");
    if (frontend) {
      readiness.requireApi();
    }
    ServerBinding binding =
        bound(ManagementEndpoint.start(system, settings.http()), "akka.management.http.port");
    management =
        new HostPort(
            system.settings().config().getString("akka.management.http.hostname"),
            binding.localAddress().getPort());
    joining.await();
    admission.joined();
    if (frontend) {
      ServerBinding api =
          bound(HttpFrontend.start(system, services, settings.http()), "refinery.http.port");
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
